//! Exact counts, read from where the transactions keep them.

use payhook_domain::delivery::State;
use payhook_domain::id::NameId;
use payhook_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::sqlite::owing::floor;
use crate::sqlite::rows::{FRESH, as_i64, standing, unreadable};
use crate::sqlite::tally::sort;
use crate::{PageRequest, Tallies};

/// The counts as of the last commit. Zero ones are left out of the maps.
pub(in crate::sqlite) fn read(connection: &Connection) -> rusqlite::Result<Tallies> {
    let mut tallies = Tallies { oldest_pending: oldest_pending(connection)?, ..Tallies::default() };
    let mut counts = connection.prepare_cached("SELECT sort, a, b, count FROM tallies WHERE count <> 0")?;
    let mut rows = counts.query([])?;
    while let Some(row) = rows.next()? {
        let count = row.get::<_, i64>(3)?.unsigned_abs();
        match row.get(0)? {
            sort::NOTIFICATIONS => tallies.notifications = count,
            sort::EVENTS => {
                let standing = standing(row.get(1)?).ok_or_else(|| unreadable(1, "a"))?;
                tallies.events.insert(standing.as_str().to_owned(), count);
            }
            sort::DUPLICATES => tallies.duplicates = count,
            sort::DELIVERIES => {
                let state = State::from_number(row.get(2)?).ok_or_else(|| unreadable(2, "b"))?;
                tallies.deliveries.insert((NameId(row.get(1)?), state.as_str()), count);
            }
            sort::RETRIED => {
                tallies.deliveries.insert((NameId(row.get(1)?), "retried"), count);
            }
            sort::QUARANTINED => tallies.quarantined = count,
            _ => {}
        }
    }
    Ok(tallies)
}

/// When the oldest pending delivery was made. Exact up to [`PageRequest::SCAN_MAX`] pending ones that were tried or waited;
/// of more, the oldest among so many of the first destinations', the longest due of each first.
fn oldest_pending(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let indexed: Option<i64> = connection
        .prepare_cached(
            "SELECT min(created_at) FROM
             (SELECT created_at FROM deliveries INDEXED BY deliveries_due WHERE state = 2 LIMIT ?1)",
        )?
        .query_row([as_i64(PageRequest::SCAN_MAX)], |row| row.get(0))?;
    let fresh: Option<i64> = connection
        .prepare_cached(
            "SELECT created_at FROM deliveries NOT INDEXED WHERE event >= ?1 AND state = ?2 ORDER BY event LIMIT 1",
        )?
        .query_row((floor::kept(connection)?, FRESH), |row| row.get(0))
        .optional()?;
    Ok([indexed, fresh].into_iter().flatten().min().map(Timestamp::from_micros))
}

/// The same of these destinations. What is due since its event was committed is looked for at both ends: what others are
/// owed may lie between, however much. What stands there itself is at least as old as what is looked at last.
pub(super) fn oldest_pending_of(
    connection: &Connection,
    destinations: &[NameId],
) -> rusqlite::Result<Option<Timestamp>> {
    let most = as_i64(PageRequest::SCAN_MAX);
    let mut indexed = connection.prepare_cached(
        "SELECT min(created_at) FROM (SELECT created_at FROM deliveries INDEXED BY deliveries_due
         WHERE destination = ?1 AND state = 2 LIMIT ?2)",
    )?;
    let mut fresh = connection.prepare_cached(
        "SELECT created_at FROM deliveries NOT INDEXED
         WHERE event BETWEEN ?2 AND ?3 AND destination = ?1 AND state = 4 ORDER BY event LIMIT 1",
    )?;
    let floor = floor::kept(connection)?;
    let last: i64 =
        connection.prepare_cached("SELECT coalesce(max(event), 0) FROM deliveries")?.query_row([], |row| row.get(0))?;
    let mut owed =
        connection.prepare_cached("SELECT 1 FROM tallies WHERE sort = ?1 AND a = ?2 AND b = ?3 AND count > 0")?;
    let mut first = connection
        .prepare_cached("SELECT created_at FROM deliveries NOT INDEXED WHERE event >= ?1 ORDER BY event LIMIT 1")?;
    let newest = floor.max(last - most);
    let mut oldest: Option<i64> = None;
    for destination in destinations {
        let mut own: Option<i64> = indexed.query_row((destination.0, most), |row| row.get(0))?;
        for (from, to) in [(floor, floor.saturating_add(most)), (newest, last)] {
            let found = fresh.query_row((destination.0, from, to), |row| row.get(0)).optional()?;
            own = [own, found].into_iter().flatten().min();
        }
        if own.is_none() && owed.exists((sort::DELIVERIES, destination.0, State::Pending as u8))? {
            own = first.query_row([newest], |row| row.get(0)).optional()?;
        }
        oldest = [oldest, own].into_iter().flatten().min();
    }
    Ok(oldest.map(Timestamp::from_micros))
}
