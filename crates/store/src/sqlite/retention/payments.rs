//! Payments that no stored event is about any more.

use payhook_domain::id::NameId;
use payhook_domain::payment::Facts;
use rusqlite::{Connection, Row};

use super::step::Hand;
use super::walk::{At, EventRow, event_row};
use super::{began, events};
use crate::sqlite::index::runs::{self, Indexed};
use crate::sqlite::recording::parts::{self, Part};
use crate::sqlite::rows::{as_i64, unreadable};
use crate::{Cutoffs, Pruned};

/// Payments looked at in one step; each asks for its events. A dry run is in nobody's way.
const PAYMENTS_MAX: usize = 16;
const PAYMENTS_COUNTED_MAX: usize = 512;

/// About what a payment's row takes beside its facts, with its place in the index.
const PAYMENT_BYTES: i64 = 140;

struct PaymentRow {
    id: i64,
    provider: NameId,
    updated_at: i64,
    is_merged: bool,
    facts: Facts,
    size: i64,
}

/// The next payments, from the oldest there are.
pub(super) fn step(
    connection: &Connection,
    cut: &Cutoffs,
    at: i64,
    hand: &mut Hand<'_, '_>,
    pruned: &mut Pruned,
) -> rusqlite::Result<Option<At>> {
    let Some(latest) = cut.latest_of_payments() else { return Ok(None) };
    let many = if hand.changes().is_some() { PAYMENTS_MAX } else { PAYMENTS_COUNTED_MAX };
    let found: Vec<PaymentRow> = connection
        .prepare_cached(
            "SELECT id, provider, updated_at, merged IS NOT NULL, facts, length(facts) FROM payments
             WHERE id > ?1 ORDER BY id LIMIT ?2",
        )?
        .query_map((at, as_i64(many)), payment)?
        .collect::<rusqlite::Result<_>>()?;
    let goes = |payment: &&PaymentRow| cut.payment_goes(payment.provider, payment.updated_at) && !payment.is_merged;
    for payment in found.iter().filter(goes) {
        if is_kept(connection, cut, payment, hand)? {
            pruned.kept += 1;
            continue;
        }
        pruned.payments.count(PAYMENT_BYTES + payment.size);
        if hand.changes().is_some() {
            remove(connection, payment, hand)?;
        }
    }
    match found.last().filter(|_| found.len() == many) {
        Some(last) if !are_young(connection, cut, &found, latest, hand)? => Ok(Some((last.id, 0))),
        _ => Ok(None),
    }
}

/// Whether none behind these is old: by the last of them of which it is known when it began.
fn are_young(
    connection: &Connection,
    cut: &Cutoffs,
    found: &[PaymentRow],
    latest: i64,
    hand: &mut Hand<'_, '_>,
) -> rusqlite::Result<bool> {
    for payment in found.iter().rev() {
        if payment.updated_at < latest {
            return Ok(false);
        }
        if let Some(is_young) = began::is_young(connection, cut, &payment.facts, hand)? {
            return Ok(is_young);
        }
    }
    Ok(false)
}

/// Whether an event of it is stored and stays, or there were more events than it keeps facts of.
fn is_kept(
    connection: &Connection,
    cut: &Cutoffs,
    payment: &PaymentRow,
    hand: &mut Hand<'_, '_>,
) -> rusqlite::Result<bool> {
    if payment.facts.len() >= Facts::MAX {
        return Ok(true);
    }
    let mut versions = connection.prepare_cached(concat!(
        "SELECT ",
        event_row!(),
        " FROM events WHERE seq = ?1 UNION ALL SELECT ",
        event_row!(),
        " FROM events WHERE first = ?1"
    ))?;
    for (id, _) in payment.facts.iter() {
        let Some(row) = hand.row_of(connection, id)? else { continue };
        let mut versions = versions.query([row])?;
        while let Some(row) = versions.next()? {
            let event = EventRow::read(row)?;
            let is_there = hand.changes().is_some();
            match events::due(cut) {
                Some(due) if !is_there && events::goes(connection, &due, &event)? => {}
                _ => return Ok(true),
            }
        }
    }
    Ok(false)
}

/// Removes a payment and those that turned out to be it, with their places in the index.
fn remove(connection: &Connection, payment: &PaymentRow, hand: &mut Hand<'_, '_>) -> rusqlite::Result<()> {
    for Part { id, name, .. } in parts::of(connection, payment.id)? {
        connection.prepare_cached("DELETE FROM payments WHERE id = ?1")?.execute([id])?;
        if let Some(changes) = hand.changes() {
            runs::remove(connection, Indexed::Payments, &name, id, changes)?;
        }
    }
    Ok(())
}

fn payment(row: &Row<'_>) -> rusqlite::Result<PaymentRow> {
    Ok(PaymentRow {
        id: row.get(0)?,
        provider: NameId(row.get(1)?),
        updated_at: row.get(2)?,
        is_merged: row.get(3)?,
        facts: Facts::read(row.get_ref(4)?.as_blob()?).ok_or_else(|| unreadable(4, "facts"))?,
        size: row.get(5)?,
    })
}
