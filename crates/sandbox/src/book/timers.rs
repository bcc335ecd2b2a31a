//! What will happen, and when.

use std::time::Duration;

use payhook_domain::time::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{Act, BookError};
use crate::clockwork::Due;

impl Act<'_> {
    /// Lets something happen so much later.
    pub(crate) fn later(&self, delay: Duration, due: &Due) -> Result<(), BookError> {
        let content = serde_json::to_string(due)?;
        let sql = "INSERT INTO timers (due, content) VALUES (?1, ?2)";
        self.transaction.prepare_cached(sql)?.execute(params![self.after(delay).as_micros(), content])?;
        Ok(())
    }

    /// Takes what is due next, if its time has come by `moment`. It is gone with this act.
    pub(crate) fn take_due(&self, moment: Timestamp) -> Result<Option<Due>, BookError> {
        let sql = "DELETE FROM timers WHERE id = (SELECT id FROM timers WHERE due <= ?1 ORDER BY due, id LIMIT 1)
                   RETURNING content";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let content: Option<String> = statement.query_row([moment.as_micros()], |row| row.get(0)).optional()?;
        Ok(content.map(|content| serde_json::from_str(&content)).transpose()?)
    }

    /// When the next thing happens.
    pub(crate) fn next_timer(&self) -> Result<Option<Timestamp>, BookError> {
        let sql = "SELECT min(due) FROM timers";
        let due: Option<i64> = self.transaction.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(due.map(Timestamp::from_micros))
    }
}
