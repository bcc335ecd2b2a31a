//! Names of payments that are gone, and orders of theirs.

use payhook_domain::identity::Digest;
use payhook_domain::payment::Facts;
use rusqlite::{Connection, Row};

use super::began;
use super::step::Hand;
use super::walk::At;
use crate::sqlite::index::runs::{self, Indexed};
use crate::sqlite::rows::{as_i64, digest, unreadable};
use crate::{Cutoffs, Pruned};

/// Names looked at in one step.
const ALIASES_MAX: usize = 128;

/// Names of one step whose payments are asked when they began.
const LOOKED_AT_MAX: usize = 16;

/// About what a name takes, with its place in the index.
const ALIAS_BYTES: i64 = 48;

struct Alias {
    id: i64,
    name: Digest,
    /// Its payment and when that last heard something; absent when it is gone.
    payment: Option<i64>,
    updated_at: Option<i64>,
}

/// The next names, from the oldest there are.
pub(super) fn step(
    connection: &Connection,
    cut: &Cutoffs,
    at: i64,
    hand: &mut Hand<'_, '_>,
    pruned: &mut Pruned,
) -> rusqlite::Result<Option<At>> {
    let Some(latest) = cut.latest_of_payments() else { return Ok(None) };
    let found: Vec<Alias> = connection
        .prepare_cached(
            "SELECT a.id, a.digest, p.id, p.updated_at FROM aliases a LEFT JOIN payments p ON p.id = a.payment
             WHERE a.id > ?1 ORDER BY a.id LIMIT ?2",
        )?
        .query_map((at, as_i64(ALIASES_MAX)), |row| {
            Ok(Alias { id: row.get(0)?, name: digest(row, 1)?, payment: row.get(2)?, updated_at: row.get(3)? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    for Alias { id, name, .. } in found.iter().filter(|alias| alias.payment.is_none()) {
        pruned.payments.count(ALIAS_BYTES);
        if let Some(changes) = hand.changes() {
            connection.prepare_cached("DELETE FROM aliases WHERE id = ?1")?.execute([id])?;
            runs::remove(connection, Indexed::Aliases, name, *id, changes)?;
        }
    }
    match found.last().filter(|_| found.len() == ALIASES_MAX) {
        Some(last) if !any_young(connection, cut, &found, latest, hand)? => Ok(Some((last.id, 0))),
        _ => Ok(None),
    }
}

/// Whether one of the last of these names is of a payment that began after every cutoff: so did it, and all behind it. A name
/// of one that began before says nothing.
fn any_young(
    connection: &Connection,
    cut: &Cutoffs,
    found: &[Alias],
    latest: i64,
    hand: &mut Hand<'_, '_>,
) -> rusqlite::Result<bool> {
    let mut asked = None;
    for alias in found.iter().rev().take(LOOKED_AT_MAX) {
        let (Some(payment), Some(updated_at)) = (alias.payment, alias.updated_at) else { continue };
        // Names of one payment stand beside each other, and it may have thousands of facts.
        if updated_at < latest || asked.replace(payment) == Some(payment) {
            continue;
        }
        let mut facts = connection.prepare_cached("SELECT facts FROM payments WHERE id = ?1")?;
        let read = |row: &Row<'_>| Facts::read(row.get_ref(0)?.as_blob()?).ok_or_else(|| unreadable(0, "facts"));
        let facts = facts.query_row([payment], read)?;
        if began::is_young(connection, cut, &facts, hand)? == Some(true) {
            return Ok(true);
        }
    }
    Ok(false)
}
