//! Answers given under an idempotency key, so that the same request asked again is answered the same.

use std::time::Duration;

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{Act, BookError};

/// How long an answer is kept: Adyen keeps it 31 days at least, Banked 30.
const KEPT: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// What was answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Given {
    /// A digest of what was asked: method, path and body.
    pub(crate) asked: String,
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Act<'_> {
    /// What was answered under this key, by this scope's provider and account, and is not forgotten yet.
    pub(crate) fn given(&self, scope: &str, key: &str) -> Result<Option<Given>, BookError> {
        let forgotten = self.now.minus(KEPT).as_micros();
        self.transaction.prepare_cached("DELETE FROM answers WHERE given < ?1")?.execute([forgotten])?;
        let sql = "SELECT content FROM answers WHERE scope = ?1 AND key = ?2";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let content: Option<String> = statement.query_row([scope, key], |row| row.get(0)).optional()?;
        Ok(content.map(|content| serde_json::from_str(&content)).transpose()?)
    }

    /// Keeps an answer under this key.
    pub(crate) fn give(&self, scope: &str, key: &str, given: &Given) -> Result<(), BookError> {
        let sql = "INSERT OR REPLACE INTO answers VALUES (?1, ?2, ?3, ?4)";
        let row = params![scope, key, self.now.as_micros(), serde_json::to_string(given)?];
        self.transaction.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }
}
