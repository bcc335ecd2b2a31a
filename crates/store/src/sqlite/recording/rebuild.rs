//! Rebuilding a payment from what its events state, to compare it with what was folded as they came.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use payhook_domain::event::Event;
use payhook_domain::id::{EventSeq, PaymentId};
use payhook_domain::identity::Digest;
use payhook_domain::payment::Facts;
use payhook_domain::verdict::Standing;
use rusqlite::Connection;

use super::record::Recorder;
use super::{identities, parts};
use crate::Rebuilt;
use crate::sqlite::index::segments::words;
use crate::sqlite::rows::standing_number;

/// Folds the payment anew and keeps the result; nothing when no payment has this name.
pub(in crate::sqlite) fn rebuild(
    connection: &Connection,
    recorder: &mut Recorder<'_>,
    id: PaymentId,
) -> rusqlite::Result<Option<Rebuilt>> {
    let Some(row) = recorder.books.named(&id.0)? else { return Ok(None) };
    let Some(mut book) = recorder.books.load(row)? else { return Ok(None) };
    let before = book.facts().clone();
    let mut after = Facts::default();
    for seq in events(connection, &before, book.id)? {
        let Some(event) = recorder.entries.event(EventSeq(seq))? else { continue };
        if !is_held_true(recorder, &event)? {
            continue;
        }
        if let Some(fact) = event.fact {
            after.take(event.id.0, event.content, fact);
        }
    }
    after.keep(&before, &gone(connection, recorder, &before)?);
    let changed = book.rebuild(after.clone());
    if changed {
        recorder.books.close(&book)?;
    }
    Ok(Some(Rebuilt { changed, before, after }))
}

/// The events known to the payment that are not stored any more: what they stated, only the payment still knows.
fn gone(connection: &Connection, recorder: &mut Recorder<'_>, facts: &Facts) -> rusqlite::Result<Vec<Digest>> {
    let mut stored = connection
        .prepare_cached("SELECT 1 FROM events WHERE seq = ?1 UNION ALL SELECT 1 FROM events WHERE first = ?1")?;
    let mut gone = Vec::new();
    for (id, _) in facts.iter() {
        match recorder.identities.runs.find(id)? {
            Some(row) if stored.exists([row])? => {}
            _ => gone.push(*id),
        }
    }
    Ok(gone)
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
    let parts = parts::of(connection, payment)?;
    let keys: BTreeMap<i64, String> = parts.into_iter().map(|part| (part.id, part.key)).collect();
    let mut named = connection.prepare_cached("SELECT standing, payment_row FROM events WHERE seq = ?1")?;
    for key in keys.values() {
        words::search(connection, key, (0, i64::MAX), |seq| {
            let (standing, row): (u8, Option<i64>) = named.query_row([seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if counts(standing) && row.is_some_and(|row| keys.contains_key(&row)) {
                rows.push(seq);
            }
            Ok(ControlFlow::Continue(()))
        })?;
    }
    rows.sort_unstable();
    rows.dedup();
    Ok(rows)
}

/// Whether it says what the identity is held to say: once a conflict was accepted, the revisions of what was overruled
/// say another amount.
fn is_held_true(recorder: &mut Recorder<'_>, event: &Event) -> rusqlite::Result<bool> {
    let known = recorder.identities.find(&event.id.0)?;
    Ok(known.is_none_or(|known| known.signed == event.signed))
}

/// What was routed counts, and its revisions.
fn counts(standing: u8) -> bool {
    standing == standing_number(Standing::Routed) || standing == standing_number(Standing::Revision)
}
