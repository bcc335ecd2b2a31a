//! Leases: what is in hand, in memory, on the writer's thread.
//!
//! A leased delivery is still pending on disk, so a crash gives it back. Leases are handed out after a commit and ended
//! inside one, on the same thread: nothing can be leased twice or after it was settled. Beside the set of what is held
//! stand two places per destination up to which there is nothing due but what is held; the next look begins there, so
//! that a look costs what it finds, however many are in hand. One is a place in the index of due deliveries. The other is
//! an event: what is due since its event was committed, as nearly everything is, stands in no index and is found in the
//! order of events. That place survives a restart, roughly: see [`Leases::floor`].

use std::collections::HashMap;

use payhook_domain::id::{DeliveryId, NameId};
use payhook_domain::time::Timestamp;

use crate::sqlite::tally::Changes;

/// Since when a delivery is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sqlite) enum Due {
    /// Since its event was committed.
    Fresh,
    /// By the index.
    At(Timestamp),
}

/// What is in hand. Outlives the connection.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct Leases {
    held: HashMap<DeliveryId, Due>,
    places: HashMap<NameId, Places>,
    /// No event before this one is owed to anyone since it was committed; nothing before it was asked.
    floor: Option<i64>,
}

/// Up to where a destination's deliveries were looked through.
#[derive(Clone, Copy, Debug)]
pub(in crate::sqlite) struct Places {
    /// Of the index.
    pub(in crate::sqlite) index: Place,
    /// The event at which the next look begins.
    pub(in crate::sqlite) event: i64,
    /// Deliveries handed out so far: every so many the newest.
    pub(in crate::sqlite) turn: usize,
}

/// A place in the index of due deliveries: due time, event, generation.
pub(in crate::sqlite) type Place = (i64, i64, u32);

/// Before the first place of the index.
const START: Place = (i64::MIN, i64::MIN, 0);

impl Leases {
    /// Whether it is known where to begin.
    pub(in crate::sqlite) fn has_begun(&self) -> bool {
        self.floor.is_some()
    }

    /// No event before `floor` is owed to anyone since it was committed; these destinations may be owed later ones.
    pub(in crate::sqlite) fn begin(&mut self, floor: i64, owed: impl IntoIterator<Item = NameId>) {
        self.floor = Some(floor);
        for destination in owed {
            self.places(destination);
        }
    }

    /// The first event that may still be owed to anyone since it was committed. What is kept of this on disk may be
    /// older than the truth, never newer.
    pub(in crate::sqlite) fn floor(&self) -> i64 {
        let held = self.held.iter().filter(|(_, due)| **due == Due::Fresh).map(|(id, _)| id.event.0);
        held.chain(self.places.values().map(|places| places.event)).min().or(self.floor).unwrap_or(0)
    }

    /// Where to look for what is owed to the destination.
    pub(in crate::sqlite) fn places(&mut self, destination: NameId) -> &mut Places {
        let event = self.floor.unwrap_or(0);
        self.places.entry(destination).or_insert(Places { index: START, event, turn: 0 })
    }

    pub(in crate::sqlite) fn holds(&self, id: DeliveryId) -> bool {
        self.held.contains_key(&id)
    }

    pub(in crate::sqlite) fn hold(&mut self, id: DeliveryId, due: Due) {
        self.held.insert(id, due);
    }

    /// Ends a lease; returns since when its delivery had been due, or nothing when it was not held.
    pub(in crate::sqlite) fn end(&mut self, id: DeliveryId) -> Option<Due> {
        self.held.remove(&id)
    }

    /// Ends a lease without an attempt: the delivery can be handed out again.
    pub(in crate::sqlite) fn give_up(&mut self, id: DeliveryId) {
        if let Some(due) = self.held.remove(&id) {
            self.look_again(id.destination, due, id.event.0);
        }
    }

    /// The transaction that ended these was undone: they are in hand as before.
    pub(in crate::sqlite) fn put_back(&mut self, ended: &[(DeliveryId, Due)]) {
        self.held.extend(ended.iter().copied());
    }

    /// The transaction was committed: its new dues are to be found.
    pub(in crate::sqlite) fn committed(&mut self, changes: &Changes) {
        for (destination, at) in changes.lanes() {
            self.look_again(destination, Due::At(at), i64::MIN);
        }
        for (destination, event) in changes.firsts() {
            self.look_again(destination, Due::Fresh, event);
        }
    }

    /// Something may be due, perhaps before the place looked up to.
    fn look_again(&mut self, destination: NameId, due: Due, event: i64) {
        let places = self.places(destination);
        match due {
            Due::At(at) => places.index = places.index.min((at.as_micros(), i64::MIN, 0)),
            Due::Fresh => places.event = places.event.min(event),
        }
    }
}
