//! Notifications owed whole (`format = "original"`): which were, and which events went with them.

use payhook_domain::id::NameId;
use rusqlite::{Connection, OptionalExtension, Statement};

use crate::sqlite::recording::entries::Origin;

/// Remembers them.
pub(in crate::sqlite) struct Wholes<'c> {
    mark: Statement<'c>,
    notification: Statement<'c>,
    sent: Statement<'c>,
    same: Statement<'c>,
}

impl<'c> Wholes<'c> {
    pub(in crate::sqlite) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        let sent = "SELECT EXISTS (SELECT 1 FROM events e JOIN wholes w ON w.notification = e.notification
                 WHERE e.seq = ?1 AND w.destination = ?2 AND w.event IN (0, e.seq))
             OR EXISTS (SELECT 1 FROM deliveries WHERE event = ?1 AND destination = ?2)";
        Ok(Self {
            mark: connection.prepare(
                "INSERT INTO wholes (notification, destination, event) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            )?,
            notification: connection.prepare("SELECT notification FROM events WHERE seq = ?1")?,
            sent: connection.prepare(sent)?,
            same: connection.prepare("SELECT body IS ?2 FROM notifications WHERE id = ?1")?,
        })
    }

    /// The notification is owed to the destination from now on; whether it was not before.
    pub(in crate::sqlite) fn take(&mut self, notification: i64, destination: NameId) -> rusqlite::Result<bool> {
        Ok(self.mark.execute((notification, destination.0, 0))? == 1)
    }

    /// This event of the notification is owed to the destination inside another one.
    pub(in crate::sqlite) fn take_event(
        &mut self,
        notification: i64,
        destination: NameId,
        seq: i64,
    ) -> rusqlite::Result<()> {
        self.mark.execute((notification, destination.0, seq)).map(drop)
    }

    /// Whether the row was ever owed to the destination, by itself or with its notification.
    pub(in crate::sqlite) fn has(&mut self, seq: i64, destination: NameId) -> rusqlite::Result<bool> {
        self.sent.query_row((seq, destination.0), |row| row.get(0))
    }

    /// The notification a row is of.
    pub(in crate::sqlite) fn of(&mut self, seq: i64) -> rusqlite::Result<i64> {
        self.notification.query_row([seq], |row| row.get(0))
    }

    /// Whether the stored notification holds the very bytes that came now.
    pub(in crate::sqlite) fn is_same(&mut self, notification: i64, origin: &Origin<'_>) -> rusqlite::Result<bool> {
        let Some(request) = origin.request else { return Ok(notification == origin.row) };
        let same = self.same.query_row((notification, &request.body[..]), |row| row.get(0)).optional()?;
        Ok(same.unwrap_or(false))
    }
}
