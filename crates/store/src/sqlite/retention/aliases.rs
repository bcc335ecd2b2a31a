//! Names of payments that are gone, and orders of theirs.

use payhook_domain::identity::Digest;
use rusqlite::Connection;

use super::step::Hand;
use super::walk::At;
use crate::sqlite::rows::{as_i64, digest};
use crate::sqlite::runs::{self, Indexed};
use crate::{Cutoffs, Pruned};

/// Names looked at in one step.
const ALIASES_MAX: usize = 128;

/// About what a name takes, with its place in the index.
const ALIAS_BYTES: i64 = 48;

/// The next names, from the oldest there are.
pub(super) fn step(
    connection: &Connection,
    cut: &Cutoffs,
    at: i64,
    hand: &mut Hand<'_, '_>,
    pruned: &mut Pruned,
) -> rusqlite::Result<Option<At>> {
    let Some(latest) = cut.latest_of_payments() else { return Ok(None) };
    let found: Vec<(i64, Digest, Option<i64>)> = connection
        .prepare_cached(
            "SELECT a.id, a.digest, p.updated_at FROM aliases a LEFT JOIN payments p ON p.id = a.payment
             WHERE a.id > ?1 ORDER BY a.id LIMIT ?2",
        )?
        .query_map((at, as_i64(ALIASES_MAX)), |row| Ok((row.get(0)?, digest(row, 1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (id, name, updated_at) in &found {
        if updated_at.is_some() {
            continue;
        }
        pruned.payments.count(ALIAS_BYTES);
        if let Some(changes) = hand.changes() {
            connection.prepare_cached("DELETE FROM aliases WHERE id = ?1")?.execute([id])?;
            runs::remove(connection, Indexed::Aliases, name, *id, changes)?;
        }
    }
    // As with payments: behind so many of young ones in a row there is none of an old one.
    let all_young = found.iter().all(|(_, _, updated)| updated.is_some_and(|updated| updated >= latest));
    Ok(found.last().filter(|_| found.len() == ALIASES_MAX && !all_young).map(|last| (last.0, 0)))
}
