//! What will happen, and when.

use std::time::Duration;

use payhook_domain::time::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{Act, BookError};
use crate::clockwork::Due;

impl Act<'_> {
    /// Lets something happen so much later.
    pub(crate) fn later(&self, delay: Duration, due: &Due) -> Result<(), BookError> {
        let content = serde_json::to_string(due)?;
        let sql = "INSERT INTO timers (due, story, content) VALUES (?1, ?2, ?3)";
        let row = params![self.after(delay).as_micros(), &*self.story(), content];
        self.transaction.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }

    /// Takes what is due next, if its time has come by `moment`. It is gone with this act, which tells its story now.
    pub(crate) fn take_due(&self, moment: Timestamp) -> Result<Option<Due>, BookError> {
        let sql = "DELETE FROM timers WHERE id = (SELECT id FROM timers WHERE due <= ?1 ORDER BY due, id LIMIT 1)
                   RETURNING story, content";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let taken: Option<(String, String)> = statement.query_row([moment.as_micros()], columns).optional()?;
        let Some((story, content)) = taken else { return Ok(None) };
        self.tells(&story);
        Ok(Some(serde_json::from_str(&content)?))
    }

    /// When the next thing happens.
    pub(crate) fn next_timer(&self) -> Result<Option<Timestamp>, BookError> {
        let sql = "SELECT min(due) FROM timers";
        let due: Option<i64> = self.transaction.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(due.map(Timestamp::from_micros))
    }
}
