//! What will happen, and when.

use std::time::Duration;

use payhook_domain::time::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{Act, BookError};
use crate::clockwork::Due;

impl Act<'_> {
    /// Lets something happen so much later.
    pub(crate) fn later(&self, delay: Duration, due: &Due) -> Result<(), BookError> {
        self.wind(delay, false, due)
    }

    /// The same where a person may come first, who is not outrun: time that leaps does not leap to it.
    pub(crate) fn later_unless_someone_comes(&self, delay: Duration, due: &Due) -> Result<(), BookError> {
        self.wind(delay, true, due)
    }

    fn wind(&self, delay: Duration, patient: bool, due: &Due) -> Result<(), BookError> {
        let content = serde_json::to_string(due)?;
        let sql = "INSERT INTO timers (due, patient, story, content) VALUES (?1, ?2, ?3, ?4)";
        let row = params![self.after(delay).as_micros(), patient, &*self.story(), content];
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
        self.first_due("SELECT min(due) FROM timers")
    }

    /// When the next thing happens that time may leap to.
    pub(crate) fn next_leap(&self) -> Result<Option<Timestamp>, BookError> {
        self.first_due("SELECT min(due) FROM timers WHERE NOT patient")
    }

    fn first_due(&self, sql: &str) -> Result<Option<Timestamp>, BookError> {
        let due: Option<i64> = self.transaction.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(due.map(Timestamp::from_micros))
    }
}
