//! Things with an id and an owner: payments, sessions, webhooks. Kept as JSON.

use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Act, BookError};

/// Something that is kept.
pub(crate) trait Document: Serialize + DeserializeOwned {
    /// What it is: `adyen payment`.
    const KIND: &'static str;

    /// Its name among its kind.
    fn id(&self) -> &str;

    /// What it belongs to and is listed by; empty when it stands alone.
    fn owner(&self) -> &str;
}

impl Act<'_> {
    /// The document of this id.
    pub(crate) fn find<D: Document>(&self, id: &str) -> Result<Option<D>, BookError> {
        let sql = "SELECT content FROM documents WHERE kind = ?1 AND id = ?2";
        let found: Option<String> =
            self.transaction.prepare_cached(sql)?.query_row([D::KIND, id], |row| row.get(0)).optional()?;
        Ok(found.map(|content| serde_json::from_str(&content)).transpose()?)
    }

    /// Keeps a document, new or changed. A changed one stays in its place.
    pub(crate) fn keep<D: Document>(&self, document: &D) -> Result<(), BookError> {
        let content = serde_json::to_string(document)?;
        let sql = "UPDATE documents SET content = ?3 WHERE kind = ?1 AND id = ?2";
        let changed = self.transaction.prepare_cached(sql)?.execute(params![D::KIND, document.id(), content])?;
        if changed == 0 {
            let number = self.serial()?.cast_signed();
            let sql = "INSERT INTO documents VALUES (?1, ?2, ?3, ?4, ?5)";
            let row = params![D::KIND, document.id(), document.owner(), number, content];
            self.transaction.prepare_cached(sql)?.execute(row)?;
        }
        Ok(())
    }

    /// Forgets a document.
    pub(crate) fn remove<D: Document>(&self, id: &str) -> Result<bool, BookError> {
        let sql = "DELETE FROM documents WHERE kind = ?1 AND id = ?2";
        Ok(self.transaction.prepare_cached(sql)?.execute([D::KIND, id])? > 0)
    }

    /// All of an owner, in the order in which they were made.
    pub(crate) fn all_of<D: Document>(&self, owner: &str) -> Result<Vec<D>, BookError> {
        let sql = "SELECT content FROM documents WHERE kind = ?1 AND owner = ?2 ORDER BY number";
        read(self.transaction.prepare_cached(sql)?.query_map([D::KIND, owner], content)?)
    }

    /// The newest of an owner, so many at most, in the order in which they were made.
    pub(crate) fn latest_of<D: Document>(&self, owner: &str, most: u32) -> Result<Vec<D>, BookError> {
        let sql = "SELECT content FROM documents WHERE kind = ?1 AND owner = ?2 ORDER BY number DESC LIMIT ?3";
        let mut found = read(self.transaction.prepare_cached(sql)?.query_map(params![D::KIND, owner, most], content)?)?;
        found.reverse();
        Ok(found)
    }

    /// The newest of a kind, whoever owns them.
    pub(crate) fn newest<D: Document>(&self, most: u32) -> Result<Vec<D>, BookError> {
        let sql = "SELECT content FROM documents WHERE kind = ?1 ORDER BY number DESC LIMIT ?2";
        read(self.transaction.prepare_cached(sql)?.query_map(params![D::KIND, most], content)?)
    }
}

fn content(row: &Row<'_>) -> rusqlite::Result<String> {
    row.get(0)
}

fn read<D: Document>(rows: impl Iterator<Item = rusqlite::Result<String>>) -> Result<Vec<D>, BookError> {
    rows.map(|content| Ok(serde_json::from_str(&content?)?)).collect()
}
