//! Deliveries made again: dead letters retried, events replayed, and held ones whose hold is over.
//!
//! What is made again stands at the end of its payment's lane, as news would. One thing is different: a dead letter at
//! which its lane stopped gives its place to the delivery made in its stead, so that what waits behind it still does.

use payhook_domain::id::DeliveryId;
use payhook_domain::time::Timestamp;
use rusqlite::Connection;

use super::lanes::{Link, Place};
use super::lease::Due;
use super::owe::{delivery, last_generation};
use super::record::Recorder;
use super::tally::Changes;
use crate::{Again, Wanted};

/// Makes the next generation of a dead letter, unless there is one.
pub(super) fn retry(
    recorder: &mut Recorder<'_>,
    id: DeliveryId,
    now: Timestamp,
    changes: &mut Changes,
) -> rusqlite::Result<Option<DeliveryId>> {
    let Some(link) = recorder.owing.lanes.link_of(id)?.filter(|link| link.state().is_dead()) else { return Ok(None) };
    let Some(generation) = id.generation.checked_add(1) else { return Ok(None) };
    let next = DeliveryId { generation, ..id };
    if recorder.owing.exists(next)? {
        return Ok(None);
    }
    let (book, _) = recorder.books.of_event(id.event.0)?;
    match book {
        Some(mut book) if link.is_stopped() => {
            in_its_place(recorder, id, next, &link, now, changes)?;
            if book.tails.exchange(id, next) {
                recorder.books.close(&book)?;
            }
        }
        Some(mut book) => {
            let in_order = !book.tails.of(id.destination).is_empty();
            recorder.owing.append(next, in_order, (now, Due::At(now)), Some(&mut book), changes)?;
            recorder.books.close(&book)?;
        }
        None => recorder.owing.append(next, false, (now, Due::At(now)), None, changes)?,
    }
    changes.retried(id.destination, link.state());
    Ok(Some(next))
}

/// The new delivery stands where the lane stopped, before whoever waits there.
fn in_its_place(
    recorder: &mut Recorder<'_>,
    id: DeliveryId,
    next: DeliveryId,
    link: &Link,
    now: Timestamp,
    changes: &mut Changes,
) -> rusqlite::Result<()> {
    let place = Place { waits: 0, missed: link.missed().clone() };
    recorder.owing.write_at(next, (now, Due::At(now)), &place, changes)?;
    if let Some(behind) = recorder.owing.lanes.take_place(id, link)? {
        recorder.owing.lanes.link(next, behind)?;
    }
    Ok(())
}

/// Makes a new generation of each of these events to each destination that wants it; of those whose bytes are still there.
pub(super) fn replay(
    connection: &Connection,
    recorder: &mut Recorder<'_>,
    again: &[Again],
    now: Timestamp,
    changes: &mut Changes,
) -> rusqlite::Result<Vec<DeliveryId>> {
    let mut made = Vec::new();
    for event in again {
        if !has_bytes(connection, event.event.0)? {
            continue;
        }
        let (mut book, _) = recorder.books.of_event(event.event.0)?;
        for Wanted { destination, in_order, .. } in &event.wanted {
            let last = last_generation(connection, event.event.0, *destination)?;
            let before = delivery(event.event.0, *destination, last);
            let id = delivery(event.event.0, *destination, last.saturating_add(1));
            let dead = recorder.owing.lanes.link_of(before)?.filter(|link| link.state().is_dead());
            if let Some(dead) = &dead {
                changes.retried(*destination, dead.state());
            }
            match (dead, &mut book) {
                // Behind the dead letter at which its own lane stopped it would wait for ever.
                (Some(dead), Some(book)) if dead.is_stopped() => {
                    in_its_place(recorder, before, id, &dead, now, changes)?;
                    book.tails.exchange(before, id);
                }
                (_, book) => recorder.owing.append(id, *in_order, (now, Due::At(now)), book.as_mut(), changes)?,
            }
            made.push(id);
        }
        if let Some(book) = book {
            recorder.books.close(&book)?;
        }
    }
    Ok(made)
}

/// Whether the event is stored with its bytes: without them nothing could be sent as it was.
fn has_bytes(connection: &Connection, event: i64) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT 1 FROM events e JOIN notifications n ON n.id = e.notification
             WHERE e.seq = ?1 AND n.body IS NOT NULL",
        )?
        .exists([event])
}

/// Owes what was held until now; returns whether there may be more.
pub(super) fn end_holds(recorder: &mut Recorder<'_>, now: Timestamp, changes: &mut Changes) -> rusqlite::Result<()> {
    for id in recorder.owing.holds.over(now)? {
        let Some((made, in_order)) = recorder.owing.holds.take(id, changes)? else { continue };
        let (mut book, _) = recorder.books.of_event(id.event.0)?;
        recorder.owing.append(id, in_order, (made, Due::At(now)), book.as_mut(), changes)?;
        if let Some(book) = book {
            recorder.books.close(&book)?;
        }
    }
    Ok(())
}
