//! Owing an event to a destination: the row that becomes a delivery.

use payhook_domain::delivery::State;
use payhook_domain::id::{DeliveryId, NameId};
use payhook_domain::identity::Digest;
use payhook_domain::time::Timestamp;
use rusqlite::{Connection, Statement};

use super::holds::Holds;
use super::lanes::{Lanes, Place};
use super::lease::Due;
use crate::Wanted;
use crate::sqlite::recording::books::Book;
use crate::sqlite::rows::FRESH;
use crate::sqlite::tally::Changes;

/// Makes deliveries.
pub(in crate::sqlite) struct Owing<'c> {
    pub(in crate::sqlite) lanes: Lanes<'c>,
    pub(in crate::sqlite) holds: Holds<'c>,
    insert: Statement<'c>,
    exists: Statement<'c>,
}

/// What there is to know of an event when it is owed.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::sqlite) struct Circumstances<'e> {
    /// A later event of the same was folded before.
    pub(in crate::sqlite) stale: bool,
    /// What a success of ends its hold: its order, or its payment; when there is either.
    pub(in crate::sqlite) order: Option<&'e Digest>,
    /// A success of its order is later than it.
    pub(in crate::sqlite) overtaken: bool,
    /// It was written in this transaction, so nobody was owed it before.
    pub(in crate::sqlite) new: bool,
}

impl<'c> Owing<'c> {
    pub(in crate::sqlite) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            lanes: Lanes::prepare(connection)?,
            holds: Holds::prepare(connection)?,
            insert: connection.prepare(
                "INSERT INTO deliveries (event, destination, generation, state, attempts, created_at, at, waits, missed)
                 VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8)",
            )?,
            exists: connection.prepare("SELECT 1 FROM deliveries WHERE event = ?1 AND destination = ?2 AND generation = ?3")?,
        })
    }

    /// Owes an event for the first time; does nothing when it was owed before.
    pub(in crate::sqlite) fn owe_first(
        &mut self,
        seq: i64,
        want: &Wanted,
        at: Timestamp,
        book: Option<&mut Book>,
        circumstances: Circumstances<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<bool> {
        let id = delivery(seq, want.destination, 1);
        if !circumstances.new && self.exists(id)? {
            return Ok(false);
        }
        let Some(order) = circumstances.order.filter(|_| !circumstances.stale && !want.hold.is_zero()) else {
            if want.skips_stale && circumstances.stale {
                self.write(id, State::Skipped, (at, Due::At(at)), None, None, changes)?;
            } else {
                let due = if circumstances.new { Due::Fresh } else { Due::At(at) };
                self.append(id, want.in_order, (at, due), book, changes)?;
            }
            return Ok(true);
        };
        if circumstances.overtaken {
            self.write(id, State::Superseded, (at, Due::At(at)), None, None, changes)?;
        } else {
            let keeps_to_its_lane = want.in_order.then_some(0);
            let over = Due::At(at.plus(want.hold));
            self.write(id, State::Held, (at, over), keeps_to_its_lane, None, changes)?;
            self.holds.hold(order, id)?;
        }
        Ok(true)
    }

    /// Writes a delivery, made and due at these times, at the end of its lane: pending, or blocked by those before it.
    pub(in crate::sqlite) fn append(
        &mut self,
        id: DeliveryId,
        in_order: bool,
        times: (Timestamp, Due),
        book: Option<&mut Book>,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let place = match book.filter(|_| in_order) {
            Some(book) => self.lanes.append(&mut book.tails, id)?,
            None => Place::default(),
        };
        self.write_at(id, times, &place, changes)
    }

    /// Writes a delivery at this place of its lane.
    pub(in crate::sqlite) fn write_at(
        &mut self,
        id: DeliveryId,
        times: (Timestamp, Due),
        place: &Place,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let state = if place.waits == 0 { State::Pending } else { State::Blocked };
        self.write(id, state, times, (place.waits > 0).then_some(place.waits), place.missed.write(), changes)
    }

    pub(in crate::sqlite) fn exists(&mut self, id: DeliveryId) -> rusqlite::Result<bool> {
        self.exists.exists((id.event.0, id.destination.0, id.generation))
    }

    fn write(
        &mut self,
        id: DeliveryId,
        state: State,
        (created_at, due): (Timestamp, Due),
        waits: Option<i64>,
        missed: Option<Vec<u8>>,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let (number, at) = match (state, due) {
            (State::Pending, Due::Fresh) => (FRESH, created_at),
            (state, Due::Fresh) => (state as u8, created_at),
            (state, Due::At(at)) => (state as u8, at),
        };
        self.insert.execute((
            id.event.0,
            id.destination.0,
            id.generation,
            number,
            created_at.as_micros(),
            at.as_micros(),
            waits,
            missed,
        ))?;
        changes.deliveries(id.destination, state, 1);
        match (state, due) {
            (State::Pending, Due::Fresh) => changes.fresh(id.destination, id.event.0),
            (State::Pending, Due::At(at)) => changes.due(id.destination, at),
            _ => {}
        }
        Ok(())
    }
}

/// The id of a delivery from its columns.
pub(in crate::sqlite) fn delivery(event: i64, destination: NameId, generation: u32) -> DeliveryId {
    DeliveryId { event: payhook_domain::id::EventSeq(event), destination, generation }
}

/// The number of the last generation owed to the destination of the event; 0 when none was.
pub(in crate::sqlite) fn last_generation(
    connection: &Connection,
    event: i64,
    destination: NameId,
) -> rusqlite::Result<u32> {
    connection
        .prepare_cached("SELECT coalesce(max(generation), 0) FROM deliveries WHERE event = ?1 AND destination = ?2")?
        .query_row((event, destination.0), |row| row.get(0))
}
