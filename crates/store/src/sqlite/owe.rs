//! Owing an event to a destination: the row that becomes a delivery.

use payhook_domain::delivery::State;
use payhook_domain::id::{DeliveryId, NameId};
use payhook_domain::time::Timestamp;
use rusqlite::{Connection, Statement};

use super::tally::Changes;

/// Makes deliveries.
pub(super) struct Owing<'c> {
    insert: Statement<'c>,
}

impl<'c> Owing<'c> {
    pub(super) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        let insert = connection.prepare(
            "INSERT INTO deliveries (event, destination, generation, state, attempts, created_at, at)
             VALUES (?1, ?2, ?3, 2, 0, ?4, ?4) ON CONFLICT DO NOTHING",
        )?;
        Ok(Self { insert })
    }

    /// Owes the event to the destination from `at` on, unless this generation is there already.
    pub(super) fn owe(&mut self, id: DeliveryId, at: Timestamp, changes: &mut Changes) -> rusqlite::Result<bool> {
        let row = (id.event.0, id.destination.0, id.generation, at.as_micros());
        let made = self.insert.execute(row)? == 1;
        if made {
            changes.deliveries(id.destination, State::Pending, 1);
            changes.due(id.destination, at);
        }
        Ok(made)
    }

    /// Owes it for the first time; does nothing when it was owed before.
    pub(super) fn owe_first(
        &mut self,
        seq: i64,
        destination: NameId,
        at: Timestamp,
        changes: &mut Changes,
    ) -> rusqlite::Result<bool> {
        self.owe(delivery(seq, destination, 1), at, changes)
    }
}

/// The id of a delivery from its columns.
pub(super) fn delivery(event: i64, destination: NameId, generation: u32) -> DeliveryId {
    DeliveryId { event: payhook_domain::id::EventSeq(event), destination, generation }
}
