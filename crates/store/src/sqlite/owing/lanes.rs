//! Lanes: order per payment and destination.
//!
//! A lane is a chain of deliveries: each names the one that waits for it, and counts those it waits for (more than one
//! only after two payments became one). The payment's row names the last. So a first delivery costs nothing, and what
//! ends a delivery finds who is next in the delivery's own row.

use payhook_domain::delivery::State;
use payhook_domain::id::{DeliveryId, NameId};
use payhook_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Statement};

use super::owe::delivery;
use super::tails::Tails;
use crate::sqlite::rows;
use crate::sqlite::tally::Changes;

/// Most events named as missed: the latest.
const MISSED_MAX: usize = 100;

/// Extends and opens lanes.
pub(in crate::sqlite) struct Lanes<'c> {
    look: Statement<'c>,
    link: Statement<'c>,
    promote: Statement<'c>,
    unstop: Statement<'c>,
    hand_over: Statement<'c>,
    stopped: Statement<'c>,
    later: Statement<'c>,
    delivered: Statement<'c>,
}

/// A delivery's place in its lane.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct Place {
    /// Deliveries it waits for.
    pub(in crate::sqlite) waits: i64,
    /// The rows of events that died before it.
    pub(in crate::sqlite) missed: Missed,
}

/// What came of generations later than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sqlite) enum Later {
    /// There is none.
    None,
    /// None was delivered so far.
    Made,
    /// The event was delivered.
    Delivered,
}

/// What a delivery's row says about its lane.
pub(in crate::sqlite) struct Link {
    state: State,
    stopped: bool,
    next: Option<DeliveryId>,
    missed: Missed,
}

impl<'c> Lanes<'c> {
    /// `waits` of a dead letter at which its lane stopped.
    pub(in crate::sqlite) const STOPPED: i64 = -1;

    pub(in crate::sqlite) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            look: connection.prepare(
                "SELECT state, waits, next_event, next_generation, missed FROM deliveries
                 WHERE event = ?1 AND destination = ?2 AND generation = ?3",
            )?,
            link: connection.prepare(
                "UPDATE deliveries SET next_event = ?4, next_generation = ?5
                 WHERE event = ?1 AND destination = ?2 AND generation = ?3",
            )?,
            promote: connection.prepare(
                "UPDATE deliveries SET waits = waits - 1, missed = ?4, state = iif(waits = 1, 2, 3),
                 at = iif(waits = 1, ?5, at)
                 WHERE event = ?1 AND destination = ?2 AND generation = ?3 AND state = 3 RETURNING state",
            )?,
            unstop: connection.prepare(
                "UPDATE deliveries SET waits = NULL
                 WHERE event = ?1 AND destination = ?2 AND generation = ?3 AND waits = -1",
            )?,
            hand_over: connection.prepare(
                "UPDATE deliveries SET waits = NULL, next_event = NULL, next_generation = NULL
                 WHERE event = ?1 AND destination = ?2 AND generation = ?3",
            )?,
            stopped: connection.prepare(
                "SELECT generation FROM deliveries WHERE event = ?1 AND destination = ?2 AND generation < ?3
                 AND state IN (11, 12) AND waits = -1 ORDER BY generation",
            )?,
            later: connection.prepare(
                "SELECT max(state = 10) FROM deliveries WHERE event = ?1 AND destination = ?2 AND generation > ?3",
            )?,
            delivered: connection
                .prepare("SELECT 1 FROM deliveries WHERE event = ?1 AND destination = ?2 AND state = 10")?,
        })
    }

    /// Appends a delivery about to be written to the end of its lane.
    pub(in crate::sqlite) fn append(&mut self, tails: &mut Tails, id: DeliveryId) -> rusqlite::Result<Place> {
        let mut place = Place::default();
        for tail in tails.of(id.destination) {
            let Some(link) = self.link_of(tail)? else { continue };
            if link.is_open() {
                self.link(tail, id)?;
                place.waits += 1;
            } else {
                place.missed.take_over(&link.missed_behind(tail), id);
            }
        }
        place.missed = self.still_missed(place.missed, id.destination)?;
        tails.end_with(id);
        Ok(place)
    }

    /// `behind` waits for `id` from now on.
    pub(in crate::sqlite) fn link(&mut self, id: DeliveryId, behind: DeliveryId) -> rusqlite::Result<()> {
        let key = (id.event.0, id.destination.0, id.generation);
        self.link.execute((key.0, key.1, key.2, behind.event.0, behind.generation)).map(drop)
    }

    /// Opens the lane behind a delivery that became final; whether the next one became due.
    pub(in crate::sqlite) fn ended(
        &mut self,
        id: DeliveryId,
        link: &Link,
        now: Timestamp,
        changes: &mut Changes,
    ) -> rusqlite::Result<bool> {
        let Some(next) = link.next else { return Ok(false) };
        let Some(waiting) = self.link_of(next)? else { return Ok(false) };
        let mut missed = waiting.missed;
        missed.take_over(&link.missed_behind(id), next);
        let missed = self.still_missed(missed, next.destination)?;
        let key = (next.event.0, next.destination.0, next.generation, missed.write(), now.as_micros());
        let state: Option<u8> = self.promote.query_row(key, |row| row.get(0)).optional()?;
        let is_due = state == Some(State::Pending as u8);
        if is_due {
            changes.deliveries(next.destination, State::Blocked, -1);
            changes.deliveries(next.destination, State::Pending, 1);
            changes.due(next.destination, now);
        }
        Ok(is_due)
    }

    /// Opens the lane that stopped at this dead letter; whether it had.
    pub(in crate::sqlite) fn pass(
        &mut self,
        id: DeliveryId,
        now: Timestamp,
        changes: &mut Changes,
    ) -> rusqlite::Result<bool> {
        let Some(link) = self.link_of(id)? else { return Ok(false) };
        if self.unstop.execute((id.event.0, id.destination.0, id.generation))? == 0 {
            return Ok(false);
        }
        if self.later(id)? != Later::None {
            changes.retried(id.destination, link.state);
        }
        self.ended(id, &link, now, changes)?;
        Ok(true)
    }

    /// The dead letters of the same event before this one at which a lane stopped, the earliest first.
    pub(in crate::sqlite) fn stopped(&mut self, id: DeliveryId) -> rusqlite::Result<Vec<DeliveryId>> {
        let generations = self.stopped.query_map((id.event.0, id.destination.0, id.generation), |row| row.get(0))?;
        generations.map(|generation| Ok(DeliveryId { generation: generation?, ..id })).collect()
    }

    /// What came of generations later than this one.
    pub(in crate::sqlite) fn later(&mut self, id: DeliveryId) -> rusqlite::Result<Later> {
        let delivered = self.later.query_row((id.event.0, id.destination.0, id.generation), |row| row.get(0))?;
        Ok(match delivered {
            None => Later::None,
            Some(false) => Later::Made,
            Some(true) => Later::Delivered,
        })
    }

    /// The event was delivered by this generation: where a lane stopped at an earlier one, nobody has to decide any more.
    /// Whether another delivery became due.
    pub(in crate::sqlite) fn made_good(
        &mut self,
        id: DeliveryId,
        now: Timestamp,
        changes: &mut Changes,
    ) -> rusqlite::Result<bool> {
        let mut followed = false;
        for dead in self.stopped(id)? {
            let Some(link) = self.link_of(dead)? else { continue };
            self.unstop.execute((dead.event.0, dead.destination.0, dead.generation))?;
            changes.retried(dead.destination, link.state);
            followed |= self.ended(dead, &link.made_good(), now, changes)?;
        }
        Ok(followed)
    }

    /// Of what was missed at a destination, what still is: nobody misses what another generation has delivered.
    pub(in crate::sqlite) fn still_missed(&mut self, missed: Missed, destination: NameId) -> rusqlite::Result<Missed> {
        let mut still = Missed::default();
        for event in missed.0 {
            if !self.delivered.exists((event, destination.0))? {
                still.0.push(event);
            }
        }
        Ok(still)
    }

    /// What a delivery's row says about its lane.
    pub(in crate::sqlite) fn link_of(&mut self, id: DeliveryId) -> rusqlite::Result<Option<Link>> {
        let key = (id.event.0, id.destination.0, id.generation);
        Ok(self.look.query_row(key, |row| link(row, 0, id)).optional()?.flatten())
    }

    /// Gives the place of a dead letter at which its lane stopped to the delivery made anew; whom that one is before.
    pub(in crate::sqlite) fn take_place(
        &mut self,
        of: DeliveryId,
        link: &Link,
    ) -> rusqlite::Result<Option<DeliveryId>> {
        self.hand_over.execute((of.event.0, of.destination.0, of.generation))?;
        Ok(link.next)
    }
}

impl Link {
    /// Whether what follows must wait for it.
    pub(in crate::sqlite) fn is_open(&self) -> bool {
        !self.state.is_final() || self.is_stopped()
    }

    /// Whether the lane stopped at it.
    pub(in crate::sqlite) fn is_stopped(&self) -> bool {
        self.stopped && self.state.is_dead()
    }

    /// Whether somebody follows it.
    pub(super) fn is_before_another(&self) -> bool {
        self.next.is_some()
    }

    /// The state.
    pub(in crate::sqlite) fn state(&self) -> State {
        self.state
    }

    pub(in crate::sqlite) fn missed(&self) -> &Missed {
        &self.missed
    }

    /// The same where another generation was delivered: nobody misses the event.
    pub(in crate::sqlite) fn made_good(self) -> Self {
        Self { state: State::Delivered, ..self }
    }

    /// What the next one is told that it missed: what this one missed, and this one itself when it died.
    fn missed_behind(&self, id: DeliveryId) -> Missed {
        let mut missed = self.missed.clone();
        missed.0.retain(|event| *event != id.event.0);
        if self.state.is_dead() {
            missed.0.push(id.event.0);
        }
        missed
    }
}

/// Reads `state, waits, next_event, next_generation, missed` from column `first` on.
pub(in crate::sqlite) fn link(row: &Row<'_>, first: usize, id: DeliveryId) -> rusqlite::Result<Option<Link>> {
    let Some(state) = rows::state(row.get(first)?) else { return Ok(None) };
    let waits: Option<i64> = row.get(first + 1)?;
    let next: (Option<i64>, Option<u32>) = (row.get(first + 2)?, row.get(first + 3)?);
    let missed = row.get_ref(first + 4)?.as_blob_or_null()?.map(Missed::read).unwrap_or_default();
    let next = match next {
        (Some(event), Some(generation)) => Some(delivery(event, id.destination, generation)),
        _ => None,
    };
    Ok(Some(Link { state, stopped: waits == Some(Lanes::STOPPED), next, missed }))
}

/// The rows of events that died in a lane, the earliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::sqlite) struct Missed(pub(in crate::sqlite) Vec<i64>);

impl Missed {
    pub(in crate::sqlite) fn read(bytes: &[u8]) -> Self {
        Self(bytes.chunks_exact(8).filter_map(|chunk| Some(i64::from_le_bytes(chunk.try_into().ok()?))).collect())
    }

    /// As the row keeps it: nothing when nothing was missed.
    pub(in crate::sqlite) fn write(&self) -> Option<Vec<u8>> {
        (!self.0.is_empty()).then(|| self.0.iter().flat_map(|event| event.to_le_bytes()).collect())
    }

    /// Also misses these, but never itself.
    fn take_over(&mut self, others: &Self, own: DeliveryId) {
        for event in &others.0 {
            if *event != own.event.0 && !self.0.contains(event) {
                self.0.push(*event);
            }
        }
        let excess = self.0.len().saturating_sub(MISSED_MAX);
        self.0.drain(..excess);
    }
}
