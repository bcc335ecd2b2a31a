//! Settling: an attempt and the delivery's new state, together; and new generations of dead letters.

use std::time::Duration;

use payhook_domain::delivery::{Outcome, State};
use payhook_domain::id::{DeliveryId, EventSeq, NameId};
use payhook_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Statement};

use super::lease::Leases;
use super::owe::Owing;
use super::tally::Changes;
use crate::{Next, Settled, Settlement};

/// Writes settlements.
pub(super) struct Settler<'c> {
    owing: Owing<'c>,
    update: Statement<'c>,
    attempt: Statement<'c>,
}

impl<'c> Settler<'c> {
    pub(super) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            owing: Owing::prepare(connection)?,
            update: connection.prepare(
                "UPDATE deliveries SET state = ?4, attempts = attempts + 1, at = ?5
                 WHERE event = ?1 AND destination = ?2 AND generation = ?3 AND state = 2",
            )?,
            attempt: connection.prepare(
                "INSERT INTO attempts (event, destination, generation, number, started_at, took, outcome, retry_after,
                 status, error, excerpt, dns, connect, tls, first_byte)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            )?,
        })
    }

    /// Writes a finished try, if its lease still stands.
    pub(super) fn settle(
        &mut self,
        settlement: &Settlement,
        leases: &mut Leases,
        changes: &mut Changes,
    ) -> rusqlite::Result<Settled> {
        let id = settlement.delivery;
        let Some(due_at) = leases.end(id) else { return Ok(Settled::LeaseLost) };
        changes.ended(id, due_at);
        let over = settlement.attempt.started_at.plus(settlement.attempt.took);
        let (state, at) = match settlement.next {
            Next::Delivered => (State::Delivered, over),
            Next::Rejected => (State::Rejected, over),
            Next::Exhausted => (State::Exhausted, over),
            Next::Retry(at) => (State::Pending, at),
        };
        let key = (id.event.0, id.destination.0, id.generation, state as u8, at.as_micros());
        if self.update.execute(key)? == 0 {
            return Ok(Settled::LeaseLost);
        }
        self.write_attempt(settlement)?;
        if state == State::Pending {
            changes.due(id.destination, at);
        } else {
            changes.deliveries(id.destination, State::Pending, -1);
            changes.deliveries(id.destination, state, 1);
        }
        Ok(Settled::Done)
    }

    fn write_attempt(&mut self, settlement: &Settlement) -> rusqlite::Result<()> {
        let (id, attempt) = (settlement.delivery, &settlement.attempt);
        let retry_after = match attempt.outcome {
            Outcome::Failed { retry_after } => retry_after,
            Outcome::Delivered | Outcome::Rejected => None,
        };
        self.attempt.execute(rusqlite::params![
            id.event.0,
            id.destination.0,
            id.generation,
            attempt.number,
            attempt.started_at.as_micros(),
            micros(attempt.took),
            outcome_number(&attempt.outcome),
            retry_after.map(micros),
            attempt.status,
            attempt.error,
            attempt.excerpt,
            attempt.timings.dns.map(micros),
            attempt.timings.connect.map(micros),
            attempt.timings.tls.map(micros),
            attempt.timings.first_byte.map(micros),
        ])?;
        Ok(())
    }

    /// Makes the next generation of a dead letter, unless there is one.
    pub(super) fn retry(
        &mut self,
        connection: &Connection,
        id: DeliveryId,
        now: Timestamp,
        changes: &mut Changes,
    ) -> rusqlite::Result<Option<DeliveryId>> {
        let state: Option<u8> = connection
            .prepare_cached("SELECT state FROM deliveries WHERE event = ?1 AND destination = ?2 AND generation = ?3")?
            .query_row((id.event.0, id.destination.0, id.generation), |row| row.get(0))
            .optional()?;
        let Some(state) = state.and_then(State::from_number).filter(|state| state.is_dead()) else { return Ok(None) };
        let Some(generation) = id.generation.checked_add(1) else { return Ok(None) };
        let next = DeliveryId { generation, ..id };
        if !self.owing.owe(next, now, changes)? {
            return Ok(None);
        }
        changes.retried(id.destination, state);
        Ok(Some(next))
    }

    /// Makes the next generation of whatever was owed to this destination of this event, or the first.
    pub(super) fn replay(
        &mut self,
        connection: &Connection,
        event: EventSeq,
        destination: NameId,
        now: Timestamp,
        changes: &mut Changes,
    ) -> rusqlite::Result<Option<DeliveryId>> {
        let last: u32 = connection
            .prepare_cached(
                "SELECT coalesce(max(generation), 0) FROM deliveries WHERE event = ?1 AND destination = ?2",
            )?
            .query_row((event.0, destination.0), |row| row.get(0))?;
        let id = DeliveryId { event, destination, generation: last.saturating_add(1) };
        Ok(self.owing.owe(id, now, changes)?.then_some(id))
    }
}

/// The number an attempt's outcome has in the file.
pub(super) const fn outcome_number(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Delivered => 1,
        Outcome::Rejected => 2,
        Outcome::Failed { .. } => 3,
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
