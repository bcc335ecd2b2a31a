//! Attempts, by when they were begun. Those of a delivery that is not over stay with it.

use rusqlite::{Connection, OptionalExtension};

use super::step::Hand;
use super::{events, needed};
use crate::sqlite::rows::as_i64;
use crate::{Cutoffs, Pruned};

/// Deliveries looked at in one step.
const DELIVERIES_MAX: usize = 128;

/// About what an attempt takes beside its texts.
const ATTEMPT_BYTES: i64 = 48;

/// Bits of a generation, beside which a destination is packed.
const GENERATION_BITS: u32 = 32;

/// The tries of one delivery that are old enough.
struct Tries {
    event: i64,
    destination: i64,
    generation: i64,
    old: i64,
    texts: i64,
}

/// The next deliveries that have attempts, in the order of events.
pub(super) fn step(
    connection: &Connection,
    cut: &Cutoffs,
    (event, packed): (i64, i64),
    pruned: &mut Pruned,
    hand: &mut Hand<'_, '_>,
) -> rusqlite::Result<Option<(i64, i64)>> {
    let Some(cutoff) = cut.attempts.map(|cutoff| cutoff.as_micros()) else { return Ok(None) };
    let after = (event, packed >> GENERATION_BITS, packed & ((1 << GENERATION_BITS) - 1));
    let found: Vec<Tries> = connection
        .prepare_cached(
            "SELECT event, destination, generation, sum(started_at < ?4),
                    coalesce(sum(iif(started_at < ?4, coalesce(length(error), 0) + coalesce(length(excerpt), 0), 0)), 0)
             FROM attempts WHERE (event, destination, generation) > (?1, ?2, ?3)
             GROUP BY event, destination, generation ORDER BY event, destination, generation LIMIT ?5",
        )?
        .query_map((after.0, after.1, after.2, cutoff, as_i64(DELIVERIES_MAX)), |row| {
            Ok(Tries {
                event: row.get(0)?,
                destination: row.get(1)?,
                generation: row.get(2)?,
                old: row.get(3)?,
                texts: row.get(4)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    for tries in found.iter().filter(|tries| tries.old > 0) {
        let key = (tries.event, tries.destination, tries.generation);
        if needed::is_open(connection, key)? {
            pruned.kept += 1;
            continue;
        }
        // Where nothing is removed, its event is still there and was counted with all that hangs on it.
        if hand.changes().is_none() && events::is_due(connection, cut, tries.event)? {
            continue;
        }
        pruned.attempts.rows += tries.old.unsigned_abs();
        pruned.attempts.bytes += (tries.old * ATTEMPT_BYTES + tries.texts).unsigned_abs();
        if hand.changes().is_some() {
            connection
                .prepare_cached(
                    "DELETE FROM attempts WHERE event = ?1 AND destination = ?2 AND generation = ?3 AND started_at < ?4",
                )?
                .execute((key.0, key.1, key.2, cutoff))?;
        }
    }
    match found.last().filter(|_| found.len() == DELIVERIES_MAX) {
        Some(last) if !is_young(connection, last.event, cutoff)? => {
            Ok(Some((last.event, (last.destination << GENERATION_BITS) | last.generation)))
        }
        _ => Ok(None),
    }
}

/// Whether the event came after the cutoff, and so every attempt of it and of those behind it.
fn is_young(connection: &Connection, event: i64, cutoff: i64) -> rusqlite::Result<bool> {
    let received: Option<i64> = connection
        .prepare_cached("SELECT received_at FROM events WHERE seq = ?1")?
        .query_row([event], |row| row.get(0))
        .optional()?;
    Ok(received.is_some_and(|received| received >= cutoff))
}
