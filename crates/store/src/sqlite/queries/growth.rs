//! How fast the store grows. Nothing is counted row by row: numbers of notifications are handed out in the order of receipt,
//! so the first one since a moment is found by halving.

use payhook_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::Growth;

/// Newest notifications whose bytes are measured.
const MEASURED_MAX: u32 = 256;

/// As of the last commit.
pub(super) fn read(connection: &Connection, since: Timestamp) -> rusqlite::Result<Growth> {
    let reusable_bytes = reusable(connection)?;
    let Some((first, last)) = ends(connection)? else {
        return Ok(Growth { reusable_bytes, ..Growth::default() });
    };
    let from = first_since(connection, (first, last), since)?;
    Ok(Growth {
        first_receipt: received_at(connection, first)?.map(|(_, at)| at),
        received: (last + 1 - from).unsigned_abs(),
        bytes_mean: bytes_mean(connection)?,
        reusable_bytes,
    })
}

/// The first number at or behind which all were received since then; the one behind the last when none was.
fn first_since(connection: &Connection, (first, last): (i64, i64), since: Timestamp) -> rusqlite::Result<i64> {
    let (mut low, mut high) = (first, last + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        match received_at(connection, middle)? {
            Some((number, at)) if at < since => low = number + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

/// The first notification from this number on: its number, and when it was received.
fn received_at(connection: &Connection, from: i64) -> rusqlite::Result<Option<(i64, Timestamp)>> {
    connection
        .prepare_cached("SELECT id, received_at FROM notifications WHERE id >= ?1 ORDER BY id LIMIT 1")?
        .query_row([from], |row| Ok((row.get(0)?, Timestamp::from_micros(row.get(1)?))))
        .optional()
}

fn ends(connection: &Connection) -> rusqlite::Result<Option<(i64, i64)>> {
    let end = |order: &str| {
        connection
            .prepare_cached(&format!("SELECT id FROM notifications ORDER BY id {order} LIMIT 1"))?
            .query_row([], |row| row.get(0))
            .optional()
    };
    Ok(end("ASC")?.zip(end("DESC")?))
}

/// The length of a blob stands in the row's head: no byte of it is read.
fn bytes_mean(connection: &Connection) -> rusqlite::Result<u64> {
    let mean: Option<i64> = connection
        .prepare_cached(
            "SELECT sum(length(headers) + length(body)) / count(body) FROM
             (SELECT headers, body FROM notifications ORDER BY id DESC LIMIT ?1)",
        )?
        .query_row([MEASURED_MAX], |row| row.get(0))?;
    Ok(mean.unwrap_or(0).unsigned_abs())
}

fn reusable(connection: &Connection) -> rusqlite::Result<u64> {
    let figure = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
    Ok(figure("PRAGMA freelist_count")?.saturating_mul(figure("PRAGMA page_size")?).unsigned_abs())
}
