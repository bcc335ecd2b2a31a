//! Deliveries made again: dead letters retried, events replayed, and held ones whose hold is over.
//!
//! What is made again stands at the end of its payment's lane, as news would. One thing is different: a dead letter at
//! which its lane stopped gives its place to the delivery made in its stead, so that what waits behind it still does.
//!
//! A dead letter was made again when there is a later generation of it, whenever that was made: one that was replayed
//! before it died stands for it as well. But while its lane is stopped at it, it waits for a person whatever there is
//! behind: the later one itself may wait there.

use payhook_domain::id::DeliveryId;
use payhook_domain::time::Timestamp;
use rusqlite::Connection;

use super::lanes::{Link, Place};
use super::lease::Due;
use super::owe::{delivery, last_generation};
use crate::sqlite::recording::books::Book;
use crate::sqlite::recording::record::Recorder;
use crate::sqlite::tally::Changes;
use crate::{Again, Wanted};

/// Makes the next generation of a dead letter, unless it was made again.
pub(in crate::sqlite) fn retry(
    connection: &Connection,
    recorder: &mut Recorder<'_>,
    id: DeliveryId,
    now: Timestamp,
    changes: &mut Changes,
) -> rusqlite::Result<Option<DeliveryId>> {
    let Some(link) = recorder.owing.lanes.link_of(id)?.filter(|link| link.state().is_dead()) else { return Ok(None) };
    let last = last_generation(connection, id.event.0, id.destination)?;
    if last > id.generation && !link.is_stopped() {
        return Ok(None);
    }
    let (mut book, _) = recorder.books.of_event(id.event.0)?;
    let in_order = book.as_ref().is_some_and(|book| !book.tails.of(id.destination).is_empty());
    let next = make(recorder, delivery(id.event.0, id.destination, last), in_order, book.as_mut(), now, changes)?;
    if let Some(book) = book {
        recorder.books.close(&book)?;
    }
    Ok(Some(next))
}

/// Makes the generation after `last`, which is 0 where there is none yet: in the place of the one at which the lane
/// stopped, or else at the end.
fn make(
    recorder: &mut Recorder<'_>,
    last: DeliveryId,
    in_order: bool,
    book: Option<&mut Book>,
    now: Timestamp,
    changes: &mut Changes,
) -> rusqlite::Result<DeliveryId> {
    let lanes = &mut recorder.owing.lanes;
    let next = DeliveryId { generation: last.generation.saturating_add(1), ..last };
    let dead = lanes.link_of(last)?.filter(|link| link.state().is_dead() && !link.is_stopped());
    if let Some(dead) = dead {
        changes.retried(last.destination, dead.state());
    }
    // Behind the dead letter at which its own lane stopped it would wait for ever.
    let mut stopped = Vec::new();
    for id in lanes.stopped(next)? {
        stopped.extend(lanes.link_of(id)?.map(|link| (id, link)));
    }
    // More than one died so where some keep to no lane. Nobody is behind those.
    let place = stopped.iter().position(|(_, link)| link.is_before_another()).unwrap_or(0);
    if stopped.is_empty() {
        recorder.owing.append(next, in_order, (now, Due::At(now)), book, changes)?;
        return Ok(next);
    }
    if let Some(book) = book {
        stopped.iter().for_each(|(id, _)| _ = book.tails.exchange(*id, next));
    }
    let (id, link) = stopped.swap_remove(place);
    in_its_place(recorder, id, next, &link, now, changes)?;
    changes.retried(id.destination, link.state());
    for (other, _) in stopped {
        recorder.owing.lanes.pass(other, now, changes)?;
    }
    Ok(next)
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
    let missed = recorder.owing.lanes.still_missed(link.missed().clone(), id.destination)?;
    let place = Place { waits: 0, missed };
    recorder.owing.write_at(next, (now, Due::At(now)), &place, changes)?;
    if let Some(behind) = recorder.owing.lanes.take_place(id, link)? {
        recorder.owing.lanes.link(next, behind)?;
    }
    Ok(())
}

/// Makes a new generation of each of these events to each destination that wants it; of those whose bytes are still there.
pub(in crate::sqlite) fn replay(
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
            let last = delivery(event.event.0, *destination, last);
            made.push(make(recorder, last, *in_order, book.as_mut(), now, changes)?);
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
pub(in crate::sqlite) fn end_holds(
    recorder: &mut Recorder<'_>,
    now: Timestamp,
    changes: &mut Changes,
) -> rusqlite::Result<()> {
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
