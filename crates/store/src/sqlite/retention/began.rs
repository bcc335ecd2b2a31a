//! When a payment began, as far as the end of a walk hangs on it.
//!
//! Payments are numbered as they began, so behind one that began after every cutoff there is none that is old. When it last
//! heard something says nothing of that: payments that are told of for long stand before others that were over soon.

use payhook_domain::payment::Facts;
use rusqlite::{Connection, OptionalExtension};

use super::step::{DAY, Hand};
use crate::Cutoffs;

/// Whether a payment of these facts began after every cutoff: by the receipt of its first event, or where that is gone by the
/// dates of all of them. Nothing when neither tells, or when a clock was wrong.
pub(super) fn is_young(
    connection: &Connection,
    cut: &Cutoffs,
    facts: &Facts,
    hand: &mut Hand<'_, '_>,
) -> rusqlite::Result<Option<bool>> {
    let Some(latest) = cut.latest_of_payments() else { return Ok(None) };
    // Where there were more events than it keeps facts of, the first may be among the others.
    if facts.is_empty() || facts.len() >= Facts::MAX {
        return Ok(None);
    }
    let received = first_received(connection, facts, hand)?;
    // An event is dated before it is received; the day is for dates of whatever zone.
    let dated = || facts.iter().map(|(_, fact)| Some(fact.occurred_at?.minus(DAY).as_micros())).min().flatten();
    let began = received.or_else(dated);
    Ok(began.filter(|at| *at <= cut.now.plus(DAY).as_micros()).map(|at| at >= latest))
}

/// When the first of its events was received, while that is stored.
fn first_received(connection: &Connection, facts: &Facts, hand: &mut Hand<'_, '_>) -> rusqlite::Result<Option<i64>> {
    let mut first = i64::MAX;
    for (id, _) in facts.iter() {
        first = hand.row_of(connection, id)?.map_or(first, |row| first.min(row));
    }
    connection
        .prepare_cached("SELECT received_at FROM events WHERE seq = ?1")?
        .query_row([first], |row| row.get(0))
        .optional()
}
