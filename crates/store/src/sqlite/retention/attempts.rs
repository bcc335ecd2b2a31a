//! Attempts, by when they were begun. Those of a delivery that is not over stay with it.

use payhook_domain::id::NameId;
use rusqlite::{Connection, OptionalExtension};

use super::due::Due;
use super::step::Hand;
use super::{events, needed};
use crate::sqlite::rows::as_i64;
use crate::{Cutoffs, Freed, Pruned};

/// Deliveries looked at in one step.
const DELIVERIES_MAX: usize = 128;

/// About what an attempt takes beside its texts.
const ATTEMPT_BYTES: i64 = 48;

/// Bits of a generation, beside which a destination is packed.
const GENERATION_BITS: u32 = 32;

/// A delivery that has attempts.
struct Tried {
    event: i64,
    destination: i64,
    generation: i64,
    /// Its event's source, and when its first attempt was begun.
    source: NameId,
    first_at: i64,
}

/// The next deliveries that have attempts, in the order of events.
pub(super) fn step(
    connection: &Connection,
    cut: &Cutoffs,
    (event, packed): (i64, i64),
    pruned: &mut Pruned,
    hand: &mut Hand<'_, '_>,
) -> rusqlite::Result<Option<(i64, i64)>> {
    let Some(due) = Due::of_all(cut, |before| before.attempts) else { return Ok(None) };
    let after = (event, packed >> GENERATION_BITS, packed & ((1 << GENERATION_BITS) - 1));
    let found = tried(connection, after)?;
    for tried in found.iter().filter(|tried| due.goes(tried.source, tried.first_at)) {
        let key = (tried.event, tried.destination, tried.generation);
        if needed::is_open(connection, key)? {
            pruned.kept += 1;
            continue;
        }
        // Where nothing is removed, its event is still there and was counted with all that hangs on it.
        if hand.changes().is_none() && events::is_due(connection, cut, tried.event)? {
            continue;
        }
        let Some(cutoff) = due.cutoff(tried.source) else { continue };
        pruned.attempts.add(old(connection, key, cutoff)?);
        if hand.changes().is_some() {
            remove(connection, key, cutoff)?;
        }
    }
    match found.last().filter(|_| found.len() == DELIVERIES_MAX) {
        Some(last) if !is_young(connection, last.event, &due)? => {
            Ok(Some((last.event, (last.destination << GENERATION_BITS) | last.generation)))
        }
        _ => Ok(None),
    }
}

fn tried(connection: &Connection, after: (i64, i64, i64)) -> rusqlite::Result<Vec<Tried>> {
    connection
        .prepare_cached(
            "SELECT event, destination, generation, coalesce((SELECT source FROM events WHERE seq = event), 0), min(started_at)
             FROM attempts WHERE (event, destination, generation) > (?1, ?2, ?3)
             GROUP BY event, destination, generation ORDER BY event, destination, generation LIMIT ?4",
        )?
        .query_map((after.0, after.1, after.2, as_i64(DELIVERIES_MAX)), |row| {
            Ok(Tried {
                event: row.get(0)?,
                destination: row.get(1)?,
                generation: row.get(2)?,
                source: NameId(row.get(3)?),
                first_at: row.get(4)?,
            })
        })?
        .collect()
}

/// How many attempts of this delivery are old enough, and about what they take.
fn old(connection: &Connection, key: (i64, i64, i64), cutoff: i64) -> rusqlite::Result<Freed> {
    let (rows, texts): (i64, i64) = connection
        .prepare_cached(
            "SELECT count(*), coalesce(sum(coalesce(length(error), 0) + coalesce(length(excerpt), 0)), 0)
             FROM attempts WHERE event = ?1 AND destination = ?2 AND generation = ?3 AND started_at < ?4",
        )?
        .query_row((key.0, key.1, key.2, cutoff), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Freed { rows: rows.unsigned_abs(), bytes: (rows * ATTEMPT_BYTES + texts).unsigned_abs() })
}

fn remove(connection: &Connection, key: (i64, i64, i64), cutoff: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "DELETE FROM attempts WHERE event = ?1 AND destination = ?2 AND generation = ?3 AND started_at < ?4",
        )?
        .execute((key.0, key.1, key.2, cutoff))
        .map(drop)
}

/// Whether the event came after every cutoff, and so every attempt of it and of those behind it.
fn is_young(connection: &Connection, event: i64, due: &Due<'_>) -> rusqlite::Result<bool> {
    let received: Option<i64> = connection
        .prepare_cached("SELECT received_at FROM events WHERE seq = ?1")?
        .query_row([event], |row| row.get(0))
        .optional()?;
    Ok(received.is_some_and(|received| due.is_young(received)))
}
