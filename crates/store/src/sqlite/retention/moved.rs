//! Events whose notification is not the one of their place in the order of arrival.
//!
//! Rows of notifications and of events are numbered in one order, so the events of a notification are found beside it and
//! need no index. The exceptions are few: what was set aside and routed later, from another copy or read anew.

use rusqlite::{Connection, Statement};

/// Notes them.
pub(in crate::sqlite) struct Moved<'c> {
    insert: Statement<'c>,
}

impl<'c> Moved<'c> {
    pub(in crate::sqlite) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        let insert = "INSERT INTO moved (notification, event) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        Ok(Self { insert: connection.prepare(insert)? })
    }

    /// The event is one of this notification now.
    pub(in crate::sqlite) fn note(&mut self, notification: i64, event: i64) -> rusqlite::Result<()> {
        self.insert.execute((notification, event)).map(drop)
    }
}

/// Whether there are any at all: as a rule there are none, and nobody needs to ask further.
pub(super) fn any(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM moved)")?.query_row([], |row| row.get(0))
}

/// Whether this event is one.
pub(super) fn is(connection: &Connection, event: i64) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM moved WHERE event = ?1")?.exists([event])
}

/// The events that were moved to this notification and are still there.
pub(super) fn to(connection: &Connection, notification: i64) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare_cached(
            "SELECT e.seq FROM moved m JOIN events e ON e.seq = m.event
             WHERE m.notification = ?1 AND e.notification = ?1",
        )?
        .query_map([notification], |row| row.get(0))?
        .collect()
}
