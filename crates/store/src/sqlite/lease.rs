//! Leases: what is in hand, in memory, on the writer's thread.
//!
//! A leased delivery is still pending on disk, so a crash gives it back. Leases are handed out after a commit and ended
//! inside one, on the same thread: nothing can be leased twice or after it was settled. Beside the set of what is held
//! stands one place per destination up to which the index of due deliveries holds nothing but held ones; the next look
//! begins there, so that a look costs what it finds, however many are in hand.
//!
//! Most of what is handed out was due the longest, so that a backlog drains in order. When there is more than is asked
//! for, every fourth is the newest that is due instead, one never tried before a retry: so what comes now does not wait
//! behind everything that waits already.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use payhook_domain::id::{DeliveryId, EventId, NameId};
use payhook_domain::retry::Schedule;
use payhook_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Rows, Statement};

use super::lanes::Missed;
use super::names::Kinds;
use super::owe::delivery;
use super::rows::{digest, stored_columns, stored_event};
use super::tally::Changes;
use crate::{Lease, Leased};

/// Most deliveries handed out by one look: with their bodies, so this bounds memory.
pub(super) const LIMIT_MAX: usize = 256;

/// Of how many deliveries handed out one is the newest rather than the longest due.
const NEWEST_EVERY: usize = 4;

/// Among how many of the newest one that was never tried is looked for.
const NEWEST_WINDOW: i64 = 256;

/// How far ahead a delivery can be due by the clock of now: the longest delay there is, and an hour for a clock that is
/// put right by a little. What is due later than that was written by a clock that was wrong, and is due now: waiting
/// would strand it, perhaps for years.
const DUE_AHEAD_MAX: Duration = Schedule::DELAY_MAX.saturating_add(Duration::from_secs(60 * 60));

/// What is in hand. Outlives the connection.
#[derive(Debug, Default)]
pub(super) struct Leases {
    held: HashMap<DeliveryId, Timestamp>,
    places: HashMap<NameId, Place>,
    /// Deliveries handed out so far, by destination: every [`NEWEST_EVERY`]th is the newest.
    turns: HashMap<NameId, usize>,
}

/// A place in the index of due deliveries: due time, event, generation.
type Place = (i64, i64, u32);

const START: Place = (i64::MIN, i64::MIN, 0);

impl Leases {
    /// Ends a lease; returns when its delivery had been due, or nothing when it was not held.
    pub(super) fn end(&mut self, id: DeliveryId) -> Option<Timestamp> {
        self.held.remove(&id)
    }

    /// Ends a lease without an attempt: the delivery can be handed out again.
    pub(super) fn give_up(&mut self, id: DeliveryId) {
        if let Some(at) = self.held.remove(&id) {
            self.look_again(id.destination, at);
        }
    }

    /// The transaction that ended these was undone: they are in hand as before.
    pub(super) fn put_back(&mut self, ended: &[(DeliveryId, Timestamp)]) {
        self.held.extend(ended.iter().copied());
    }

    /// The transaction was committed: its new dues are to be found.
    pub(super) fn committed(&mut self, changes: &Changes) {
        for (destination, at) in changes.lanes() {
            self.look_again(destination, at);
        }
    }

    /// Something may stand in the index at `at`, perhaps before the place looked up to.
    fn look_again(&mut self, destination: NameId, at: Timestamp) {
        if let Some(place) = self.places.get_mut(&destination) {
            *place = (*place).min((at.as_micros(), i64::MIN, 0));
        }
    }
}

/// Finds what can be leased.
pub(super) struct Leasing<'c> {
    kinds: Arc<Kinds>,
    due: Statement<'c>,
    newest: Statement<'c>,
    stranded: Statement<'c>,
    next: Statement<'c>,
    id: Statement<'c>,
    load: Statement<'c>,
}

impl<'c> Leasing<'c> {
    pub(super) fn prepare(connection: &'c Connection, kinds: Arc<Kinds>) -> rusqlite::Result<Self> {
        Ok(Self {
            kinds,
            due: connection.prepare(
                "SELECT at, event, generation, attempts, created_at, missed FROM deliveries INDEXED BY deliveries_due
                 WHERE destination = ?1 AND state = 2 AND at <= ?2 AND (at, event, generation) > (?3, ?4, ?5)
                 ORDER BY at, event, generation",
            )?,
            newest: connection.prepare(
                "SELECT at, event, generation, attempts, created_at, missed FROM deliveries INDEXED BY deliveries_due
                 WHERE destination = ?1 AND state = 2 AND at <= ?2 ORDER BY at DESC, event DESC LIMIT ?3",
            )?,
            stranded: connection.prepare(
                "SELECT at, event, generation, attempts, created_at, missed FROM deliveries INDEXED BY deliveries_due
                 WHERE destination = ?1 AND state = 2 AND at > ?2 ORDER BY at, event, generation",
            )?,
            next: connection.prepare(
                "SELECT at FROM deliveries INDEXED BY deliveries_due
                 WHERE destination = ?1 AND state = 2 AND at > ?2 AND at <= ?3 ORDER BY at LIMIT 1",
            )?,
            id: connection.prepare("SELECT id FROM events WHERE seq = ?1")?,
            load: connection.prepare(concat!(
                "SELECT ",
                stored_columns!(),
                ", headers, body FROM events JOIN bodies USING (notification) WHERE seq = ?1"
            ))?,
        })
    }

    /// Hands out up to `limit` deliveries of `destination` that are due and not held.
    pub(super) fn lease(
        &mut self,
        destination: NameId,
        limit: usize,
        now: Timestamp,
        leases: &mut Leases,
    ) -> rusqlite::Result<Lease> {
        let (found, more) = self.find(destination, limit.min(LIMIT_MAX), now, leases)?;
        let due: rusqlite::Result<Vec<Leased>> = found.iter().map(|found| self.load(destination, found)).collect();
        let due = match (due, found.first()) {
            (Err(error), Some(first)) => {
                leases.look_again(destination, Timestamp::from_micros(first.at));
                return Err(error);
            }
            (due, _) => due?,
        };
        leases.held.extend(due.iter().zip(&found).map(|(leased, found)| (leased.id, Timestamp::from_micros(found.at))));
        let next_due = if more { None } else { self.next(destination, now)? };
        Ok(Lease { due, more, next_due })
    }

    fn find(
        &mut self,
        destination: NameId,
        limit: usize,
        now: Timestamp,
        leases: &mut Leases,
    ) -> rusqlite::Result<(Vec<Found>, bool)> {
        let Leases { held, places, turns } = leases;
        let place = places.entry(destination).or_insert(START);
        let turn = turns.entry(destination).or_default();
        let newest = (*turn + limit) / NEWEST_EVERY - *turn / NEWEST_EVERY;
        let mut found = Vec::new();
        let mut passed = *place;
        let due = self.due.query((destination.0, now.as_micros(), place.0, place.1, place.2))?;
        let mut more = pick(due, destination, limit, held, &mut found, |at| passed = at)?;
        if more && newest > 0 {
            found.truncate(limit - newest);
            passed = found.last().map_or(*place, |last: &Found| (last.at, last.event, last.generation));
        }
        *place = passed;
        if more {
            self.find_newest(destination, newest, now, held, &mut found)?;
        } else {
            // The far end of the same index, where as a rule there is nothing.
            let stranded = self.stranded.query((destination.0, now.plus(DUE_AHEAD_MAX).as_micros()))?;
            more = pick(stranded, destination, limit, held, &mut found, |_| {})?;
        }
        *turn += found.len();
        Ok((found, more))
    }

    /// The newest due ones that are neither held nor found, those never tried first.
    fn find_newest(
        &mut self,
        destination: NameId,
        limit: usize,
        now: Timestamp,
        held: &HashMap<DeliveryId, Timestamp>,
        found: &mut Vec<Found>,
    ) -> rusqlite::Result<()> {
        let mut newest = Vec::new();
        let rows = self.newest.query((destination.0, now.as_micros(), NEWEST_WINDOW))?;
        pick(rows, destination, usize::MAX, held, &mut newest, |_| {})?;
        newest.retain(|new| found.iter().all(|old| (old.event, old.generation) != (new.event, new.generation)));
        newest.sort_by_key(|new| new.attempts > 0);
        found.extend(newest.into_iter().take(limit));
        Ok(())
    }

    fn load(&mut self, destination: NameId, found: &Found) -> rusqlite::Result<Leased> {
        let kinds = &self.kinds;
        let mut missed = Vec::with_capacity(found.missed.0.len());
        for event in &found.missed.0 {
            missed.extend(self.id.query_row([event], |row| Ok(EventId(digest(row, 0)?))).optional()?);
        }
        self.load.query_row([found.event], |row| {
            Ok(Leased {
                id: delivery(found.event, destination, found.generation),
                attempt: found.attempts.saturating_add(1),
                created_at: found.created_at,
                event: stored_event(row, kinds)?,
                missed,
                headers: row.get::<_, Vec<u8>>("headers")?.into(),
                body: row.get::<_, Vec<u8>>("body")?.into(),
            })
        })
    }

    fn next(&mut self, destination: NameId, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
        let until = now.plus(DUE_AHEAD_MAX);
        let range = (destination.0, now.as_micros(), until.as_micros());
        let at = self.next.query_row(range, |row| row.get(0)).optional()?;
        Ok(at.map(Timestamp::from_micros))
    }
}

/// Picks rows that are not held until `limit` are found, and tells the place of each it has passed; returns whether
/// there are more.
fn pick(
    mut rows: Rows<'_>,
    destination: NameId,
    limit: usize,
    held: &HashMap<DeliveryId, Timestamp>,
    found: &mut Vec<Found>,
    mut passed: impl FnMut(Place),
) -> rusqlite::Result<bool> {
    while let Some(row) = rows.next()? {
        let at = row.get(0)?;
        let (event, generation) = (row.get(1)?, row.get(2)?);
        if !held.contains_key(&delivery(event, destination, generation)) {
            if found.len() == limit {
                return Ok(true);
            }
            let created_at = Timestamp::from_micros(row.get(4)?);
            let missed = row.get_ref(5)?.as_blob_or_null()?.map(Missed::read).unwrap_or_default();
            found.push(Found { at, event, generation, attempts: row.get(3)?, created_at, missed });
        }
        passed((at, event, generation));
    }
    Ok(false)
}

/// A row of the index of due deliveries.
struct Found {
    at: i64,
    event: i64,
    generation: u32,
    attempts: u32,
    created_at: Timestamp,
    missed: Missed,
}
