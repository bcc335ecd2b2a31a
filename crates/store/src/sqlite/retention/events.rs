//! Events with what hangs on them: deliveries, attempts, marks, drawers of words; and notifications that have no more.
//!
//! Their identities stand in segments of their own and stay: a repeat is a duplicate for ever, one with another amount a
//! conflict. The open segment is not written yet, so its events stay. The rows of one event go when all of them may.

use payhook_domain::delivery::State;
use payhook_domain::id::NameId;
use rusqlite::{Connection, OptionalExtension};

use super::due::Due;
use super::needed;
use super::step::Hand;
use super::walk::{self, At, EventRow, Found, event_row};
use crate::sqlite::index::segments;
use crate::sqlite::rows::{as_i64, standing, state};
use crate::sqlite::tally::Changes;
use crate::{Cutoffs, Pruned};

/// Most versions of one event looked through; one with more stays.
const VERSIONS_MAX: usize = 256;

/// About what the rows of an event take, with its delivery and its notification, beside the bytes of that.
const EVENT_BYTES: i64 = 700;

/// The next notifications in the order of arrival, from the oldest there are.
pub(super) fn step(
    connection: &Connection,
    cut: &Cutoffs,
    at: At,
    hand: &mut Hand<'_, '_>,
    pruned: &mut Pruned,
) -> rusqlite::Result<Option<At>> {
    let Some(due) = due(cut) else { return Ok(None) };
    let (found, on) = walk::next(connection, at, &due)?;
    for notification in found.iter().filter(|notification| notification.is_due) {
        let mut left = 0;
        for event in &notification.events {
            if goes(connection, &due, event)? {
                pruned.events.count(EVENT_BYTES);
                if let Some(changes) = hand.changes() {
                    remove(connection, event, changes)?;
                }
            } else {
                left += 1;
            }
        }
        pruned.kept += left;
        if left == 0 {
            pruned.events.bytes += notification.bytes.unwrap_or(0).unsigned_abs();
            if let Some(changes) = hand.changes() {
                remove_notification(connection, notification.id, changes)?;
            }
        }
    }
    if hand.changes().is_some() {
        empty_drawers(connection, &found)?;
    }
    Ok(on)
}

/// The cutoffs of events, when there are any.
pub(super) fn due(cut: &Cutoffs) -> Option<Due<'_>> {
    Due::of_all(cut, |before| before.events)
}

/// Whether the notification goes as a whole, with all its events.
pub(super) fn all_go(connection: &Connection, due: &Due<'_>, found: &Found) -> rusqlite::Result<bool> {
    if !due.goes(found.source, found.received_at) {
        return Ok(false);
    }
    for event in &found.events {
        if !goes(connection, due, event)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the event in this row goes, with all its versions.
pub(super) fn goes(connection: &Connection, due: &Due<'_>, event: &EventRow) -> rusqlite::Result<bool> {
    let open = segments::first_open_row(connection)?;
    let may_go = |row: &EventRow| -> rusqlite::Result<bool> {
        Ok(row.seq < open
            && due.goes(row.source, row.received_at)
            && !needed::waits_for_a_person(row.standing)
            && !needed::is_owed(connection, row.seq)?)
    };
    if !may_go(event)? {
        return Ok(false);
    }
    let mut versions = connection.prepare_cached(concat!(
        "SELECT ",
        event_row!(),
        " FROM events WHERE seq = ?1 UNION ALL SELECT ",
        event_row!(),
        " FROM events WHERE first = ?1 LIMIT ?2"
    ))?;
    let first = event.first.unwrap_or(event.seq);
    let versions: Vec<EventRow> =
        versions.query_map((first, as_i64(VERSIONS_MAX)), EventRow::read)?.collect::<rusqlite::Result<_>>()?;
    if versions.len() == VERSIONS_MAX {
        return Ok(false);
    }
    for version in versions.iter().filter(|version| version.seq != event.seq) {
        if !may_go(version)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the event in this row goes by its own age.
pub(super) fn is_due(connection: &Connection, cut: &Cutoffs, seq: i64) -> rusqlite::Result<bool> {
    let Some(due) = due(cut) else { return Ok(false) };
    let event = connection
        .prepare_cached(concat!("SELECT ", event_row!(), " FROM events WHERE seq = ?1"))?
        .query_row([seq], EventRow::read)
        .optional()?;
    event.map_or(Ok(false), |event| goes(connection, &due, &event))
}

fn remove(connection: &Connection, event: &EventRow, changes: &mut Changes) -> rusqlite::Result<()> {
    count_deliveries(connection, event.seq, changes)?;
    for sql in [
        "DELETE FROM deliveries WHERE event = ?1",
        "DELETE FROM attempts WHERE event = ?1",
        "DELETE FROM moved WHERE event = ?1",
        "DELETE FROM events WHERE seq = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([event.seq])?;
    }
    if let Some(standing) = standing(event.standing) {
        changes.events(standing, -1);
    }
    Ok(())
}

/// Takes the event's deliveries out of the counts. A dead letter that was made again counts as retried.
fn count_deliveries(connection: &Connection, event: i64, changes: &mut Changes) -> rusqlite::Result<()> {
    let mut deliveries = connection.prepare_cached(
        "SELECT destination, state, waits IS NOT -1 AND generation < max(generation) OVER (PARTITION BY destination)
         FROM deliveries WHERE event = ?1",
    )?;
    let mut deliveries = deliveries.query([event])?;
    while let Some(row) = deliveries.next()? {
        let (destination, is_before): (NameId, bool) = (NameId(row.get(0)?), row.get(2)?);
        match state(row.get(1)?) {
            Some(state) if state.is_dead() && is_before => changes.forget_retried(destination),
            state => changes.deliveries(destination, state.unwrap_or(State::Delivered), -1),
        }
    }
    Ok(())
}

fn remove_notification(connection: &Connection, id: i64, changes: &mut Changes) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM wholes WHERE notification = ?1",
        "DELETE FROM moved WHERE notification = ?1",
        "DELETE FROM retained WHERE notification = ?1",
        "DELETE FROM notifications WHERE id = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([id])?;
    }
    changes.forget_notification();
    Ok(())
}

/// Removes the drawers of every segment these events were in, when none of its events is left.
fn empty_drawers(connection: &Connection, found: &[Found]) -> rusqlite::Result<()> {
    let mut of: Vec<i64> = found.iter().flat_map(|found| &found.events).map(|event| segments::of(event.seq)).collect();
    of.sort_unstable();
    of.dedup();
    for segment in of {
        let rows = (segments::start(segment), segments::start(segment + 1) - 1);
        let mut left = connection.prepare_cached("SELECT 1 FROM events WHERE seq BETWEEN ?1 AND ?2")?;
        if !left.exists(rows)? {
            let drawers = segments::words::drawers(segment);
            connection.prepare_cached("DELETE FROM words WHERE id BETWEEN ?1 AND ?2")?.execute(drawers)?;
        }
    }
    Ok(())
}
