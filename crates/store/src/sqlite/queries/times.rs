//! Where a time begins in the order of commits.
//!
//! Rows are committed nearly in the order of their receipt, so one row in 64 in the index is enough to bound the scan;
//! the scan then compares every row. `SLACK` rows on either side cover what was committed out of order.

use payhook_domain::time::Timestamp;
use rusqlite::Connection;

/// Rows by which commits may stray from the order of receipt: eight full batches.
const SLACK: i64 = 4_096;

/// No row received before `until` stands at or behind this one.
pub(super) fn ceiling(connection: &Connection, until: Timestamp) -> rusqlite::Result<i64> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT max(seq) FROM events INDEXED BY events_time WHERE seq % 64 = 0 AND received_at < ?1")?
        .query_row([until.as_micros()], |row| row.get(0))?;
    Ok(last.unwrap_or(0).saturating_add(SLACK))
}

/// No row received at or after `since` stands before this one.
pub(super) fn floor(connection: &Connection, since: Timestamp) -> rusqlite::Result<i64> {
    let first: Option<i64> = connection
        .prepare_cached("SELECT min(seq) FROM events INDEXED BY events_time WHERE seq % 64 = 0 AND received_at >= ?1")?
        .query_row([since.as_micros()], |row| row.get(0))?;
    match first {
        Some(first) => Ok(first - SLACK),
        None => last(connection).map(|last| last - SLACK),
    }
}

/// The first row that retention left.
pub(super) fn first(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached("SELECT coalesce(min(seq), 1) FROM events")?.query_row([], |row| row.get(0))
}

fn last(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached("SELECT coalesce(max(seq), 0) FROM events")?.query_row([], |row| row.get(0))
}
