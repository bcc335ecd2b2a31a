//! Settling: an attempt and the delivery's new state, together; and who is next in its lane.

use std::time::Duration;

use payhook_domain::delivery::{Outcome, State};
use rusqlite::{Connection, OptionalExtension, Statement};

use super::lanes::{Lanes, Later, link};
use super::lease::Leases;
use crate::sqlite::tally::Changes;
use crate::{Next, Settled, Settlement};

/// Writes settlements.
pub(in crate::sqlite) struct Settler<'c> {
    update: Statement<'c>,
    attempt: Statement<'c>,
}

impl<'c> Settler<'c> {
    pub(in crate::sqlite) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            update: connection.prepare(
                "UPDATE deliveries SET state = ?4, attempts = attempts + 1, at = ?5, waits = ?6
                 WHERE event = ?1 AND destination = ?2 AND generation = ?3 AND state IN (2, 4)
                 RETURNING state, waits, next_event, next_generation, missed",
            )?,
            attempt: connection.prepare(
                "INSERT INTO attempts (event, destination, generation, number, started_at, took, outcome, retry_after,
                 status, error, excerpt, dns, connect, tls, first_byte)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            )?,
        })
    }

    /// Writes a finished try, if its lease still stands, and opens the lane behind a delivery that became final.
    pub(in crate::sqlite) fn settle(
        &mut self,
        settlement: &Settlement,
        leases: &mut Leases,
        lanes: &mut Lanes<'_>,
        changes: &mut Changes,
    ) -> rusqlite::Result<Settled> {
        let id = settlement.delivery;
        let Some(due) = leases.end(id) else { return Ok(Settled::LeaseLost) };
        changes.ended(id, due);
        let over = settlement.attempt.started_at.plus(settlement.attempt.took);
        let (state, at) = match settlement.next {
            Next::Delivered => (State::Delivered, over),
            Next::Rejected => (State::Rejected, over),
            Next::Exhausted => (State::Exhausted, over),
            Next::Retry(at) => (State::Pending, at),
        };
        let later = if state.is_dead() { lanes.later(id)? } else { Later::None };
        // What a replay has delivered meanwhile waits for nobody.
        let stops = state.is_dead() && settlement.stops_on_dead && later != Later::Delivered;
        let stopped = stops.then_some(Lanes::STOPPED);
        let key = (id.event.0, id.destination.0, id.generation, state as u8, at.as_micros(), stopped);
        let Some(link) = self.update.query_row(key, |row| link(row, 0, id)).optional()?.flatten() else {
            return Ok(Settled::LeaseLost);
        };
        self.write_attempt(settlement)?;
        if state == State::Pending {
            changes.due(id.destination, at);
            return Ok(Settled::Done);
        }
        changes.deliveries(id.destination, State::Pending, -1);
        changes.deliveries(id.destination, state, 1);
        if later != Later::None && !stops {
            changes.retried(id.destination, state);
        }
        let link = if later == Later::Delivered { link.made_good() } else { link };
        let mut followed = !stops && lanes.ended(id, &link, over, changes)?;
        if state == State::Delivered && id.generation > 1 {
            followed |= lanes.made_good(id, over, changes)?;
        }
        Ok(if followed { Settled::Followed } else { Settled::Done })
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
}

/// The number an attempt's outcome has in the file.
pub(in crate::sqlite) const fn outcome_number(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Delivered => 1,
        Outcome::Rejected => 2,
        Outcome::Failed { .. } => 3,
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
