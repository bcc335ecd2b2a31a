//! Rebuilding a payment from what its events state, to compare it with what was folded as they came.

use payhook_domain::id::PaymentId;
use payhook_domain::payment::Facts;
use payhook_domain::verdict::Standing;
use rusqlite::Connection;

use super::entries::SEGMENT_SHIFT;
use super::identities;
use super::record::Recorder;
use super::rows::standing_number;
use crate::Rebuilt;

/// Folds the payment anew and keeps the result; nothing when no payment has this name.
pub(super) fn rebuild(
    connection: &Connection,
    recorder: &mut Recorder<'_>,
    id: PaymentId,
) -> rusqlite::Result<Option<Rebuilt>> {
    let Some(row) = recorder.books.aliases.payment(&id.0)? else { return Ok(None) };
    let Some(mut book) = recorder.books.load(row)? else { return Ok(None) };
    let before = book.facts().clone();
    let mut after = Facts::default();
    for seq in events(connection, &before, book.id)? {
        let Some(event) = recorder.entries.event(connection, payhook_domain::id::EventSeq(seq))? else { continue };
        if let Some(fact) = event.fact {
            after.add(event.id.0, event.content, fact);
        }
    }
    let changed = book.rebuild(after.clone());
    if changed {
        recorder.books.close(&book)?;
    }
    Ok(Some(Rebuilt { changed, before, after }))
}

/// The rows whose facts count: of every event known to the payment, and of every one that names it or a payment that
/// turned out to be it.
fn events(connection: &Connection, facts: &Facts, payment: i64) -> rusqlite::Result<Vec<i64>> {
    let mut rows = Vec::new();
    let mut versions = connection.prepare_cached(
        "SELECT seq, standing FROM events WHERE seq = ?1 UNION ALL SELECT seq, standing FROM events WHERE first = ?1",
    )?;
    for (id, _) in facts.iter() {
        let Some(first) = identities::row_of(connection, id)? else { continue };
        let found = versions.query_map([first], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for version in found {
            let (seq, standing): (i64, u8) = version?;
            if counts(standing) {
                rows.push(seq);
            }
        }
    }
    let last: i64 =
        connection.prepare_cached("SELECT coalesce(max(seq), 0) FROM events")?.query_row([], |row| row.get(0))?;
    let mut keys = connection.prepare_cached("SELECT key FROM payments WHERE id = ?1 OR merged = ?1")?;
    let keys: Vec<String> = keys.query_map([payment], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut named = connection.prepare_cached(
        "SELECT e.seq, e.standing FROM lookups l JOIN events e ON e.seq = l.seq
         WHERE l.segment = ?1 AND l.word = ?2 AND e.payment_row IN (SELECT id FROM payments WHERE id = ?3 OR merged = ?3)",
    )?;
    for segment in 0..=(last >> SEGMENT_SHIFT) {
        for key in &keys {
            let mut found = named.query((segment, key, payment))?;
            while let Some(row) = found.next()? {
                if counts(row.get(1)?) {
                    rows.push(row.get(0)?);
                }
            }
        }
    }
    rows.sort_unstable();
    rows.dedup();
    Ok(rows)
}

/// What was routed counts, and its revisions.
fn counts(standing: u8) -> bool {
    standing == standing_number(Standing::Routed) || standing == standing_number(Standing::Revision)
}
