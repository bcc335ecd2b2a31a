//! Leasing: finds what is due and hands it out.
//!
//! Most of what is handed out was due the longest, so that a backlog drains in order. When there is more than is asked
//! for, every fourth is the newest that is due instead, one never tried before a retry: so what comes now does not wait
//! behind everything that waits already.

use std::sync::Arc;
use std::time::Duration;

use payhook_domain::id::{EventId, NameId};
use payhook_domain::retry::Schedule;
use payhook_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Rows, Statement};

use super::lanes::Missed;
use super::lease::{Due, Leases, Place};
use super::owe::delivery;
use crate::sqlite::names::Kinds;
use crate::sqlite::rows::{digest, stored_columns, stored_event};
use crate::{Lease, Leased};

/// Most deliveries handed out by one look: with their bodies, so this bounds memory.
const LIMIT_MAX: usize = 256;

/// Of how many deliveries handed out one is the newest rather than the longest due.
const NEWEST_EVERY: usize = 4;

/// Among how many of the newest one that was never tried is looked for.
const NEWEST_WINDOW: i64 = 256;

/// Events looked through by one look for what is due since they were committed: a few milliseconds. Only after a restart,
/// or behind a destination that wants little, are there more.
const EVENTS_PER_LOOK: i64 = 16_384;

/// How far ahead a delivery can be due by the clock of now: the longest delay there is, and an hour for a clock that is
/// put right by a little. What is due later than that was written by a clock that was wrong, and is due now: waiting
/// would strand it, perhaps for years.
const DUE_AHEAD_MAX: Duration = Schedule::DELAY_MAX.saturating_add(Duration::from_secs(60 * 60));

/// Finds what can be leased.
pub(in crate::sqlite) struct Leasing<'c> {
    kinds: Arc<Kinds>,
    fresh: Statement<'c>,
    freshest: Statement<'c>,
    due: Statement<'c>,
    newest: Statement<'c>,
    stranded: Statement<'c>,
    next: Statement<'c>,
    id: Statement<'c>,
    event: Statement<'c>,
    bytes: Statement<'c>,
}

/// A delivery that is due.
struct Found {
    since: Due,
    /// When it became due, or was made.
    at: i64,
    event: i64,
    generation: u32,
    attempts: u32,
    created_at: Timestamp,
    missed: Missed,
}

impl Found {
    fn place(&self) -> Place {
        (self.at, self.event, self.generation)
    }
}

/// What a look may find, and when it looks.
#[derive(Clone, Copy)]
struct Look {
    destination: NameId,
    limit: usize,
    now: Timestamp,
    /// The last event committed.
    last: i64,
}

impl<'c> Leasing<'c> {
    pub(in crate::sqlite) fn prepare(connection: &'c Connection, kinds: Arc<Kinds>) -> rusqlite::Result<Self> {
        Ok(Self {
            kinds,
            fresh: connection.prepare(
                "SELECT at, event, generation, attempts, created_at, missed FROM deliveries NOT INDEXED
                 WHERE event BETWEEN ?2 AND ?3 AND destination = ?1 AND state = 4 ORDER BY event",
            )?,
            freshest: connection.prepare(
                "SELECT at, event, generation, attempts, created_at, missed FROM deliveries NOT INDEXED
                 WHERE event BETWEEN ?2 AND ?3 AND destination = ?1 AND state = 4 ORDER BY event DESC",
            )?,
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
            event: connection.prepare(concat!("SELECT ", stored_columns!(), " FROM events WHERE seq = ?1"))?,
            bytes: connection.prepare("SELECT headers, body FROM notifications WHERE id = ?1")?,
        })
    }

    /// Hands out up to `limit` deliveries of `destination` that are due and not held. `last`: the last event committed.
    pub(in crate::sqlite) fn lease(
        &mut self,
        destination: NameId,
        limit: usize,
        (now, last): (Timestamp, i64),
        leases: &mut Leases,
    ) -> rusqlite::Result<Lease> {
        let before = *leases.places(destination);
        let look = Look { destination, limit: limit.min(LIMIT_MAX), now, last };
        let (found, more) = self.find(look, leases)?;
        let due: rusqlite::Result<Vec<Leased>> = found.iter().map(|found| self.load(destination, found)).collect();
        let due = due.inspect_err(|_| *leases.places(destination) = before)?;
        for (leased, found) in due.iter().zip(&found) {
            leases.hold(leased.id, found.since);
        }
        let next_due = if more { None } else { self.next(destination, now)? };
        Ok(Lease { due, more, next_due })
    }

    /// Those due the longest, and among them the newest; and whether there are more.
    fn find(&mut self, look: Look, leases: &mut Leases) -> rusqlite::Result<(Vec<Found>, bool)> {
        let mut places = *leases.places(look.destination);
        let newest = (places.turn + look.limit) / NEWEST_EVERY - places.turn / NEWEST_EVERY;
        let (fresh, passed_event, more_fresh) = self.find_fresh(look, places.event, leases)?;
        let (due, passed_index, more_due) = self.find_due(look, places.index, leases)?;
        let mut more = more_fresh || more_due || fresh.len() + due.len() > look.limit;
        let mut found: Vec<Found> = fresh.into_iter().chain(due).collect();
        found.sort_by_key(Found::place);
        let left = found.split_off(found.len().min(if more { look.limit.saturating_sub(newest) } else { look.limit }));
        // What was found and left is looked for again. It stands here by when it was received, and is found by when it was
        // committed: the first of it is not the first to be found.
        let (fresh_left, due_left): (Vec<&Found>, _) = left.iter().partition(|left| left.since == Due::Fresh);
        places.event = fresh_left.iter().map(|left| left.event).min().unwrap_or(passed_event);
        places.index = match due_left.first() {
            None => passed_index,
            Some(_) => found.iter().rfind(|found| found.since != Due::Fresh).map_or(places.index, Found::place),
        };
        if more {
            self.find_newest(look, newest, leases, &mut found)?;
        } else {
            // The far end of the index, where as a rule there is nothing.
            let room = look.limit - found.len();
            let stranded = self.stranded.query((look.destination.0, look.now.plus(DUE_AHEAD_MAX).as_micros()))?;
            more = pick(stranded, look.destination, room, leases, &mut found, |_| {})?;
        }
        places.turn += found.len();
        *leases.places(look.destination) = places;
        Ok((found, more))
    }

    /// What is due since its event was committed, from this event on; the event to go on from, and whether there may be
    /// more.
    fn find_fresh(&mut self, look: Look, from: i64, leases: &Leases) -> rusqlite::Result<(Vec<Found>, i64, bool)> {
        let end = look.last.min(from.saturating_add(EVENTS_PER_LOOK - 1));
        let (mut found, mut passed) = (Vec::new(), from);
        let rows = self.fresh.query((look.destination.0, from, end))?;
        let more = pick(rows, look.destination, look.limit, leases, &mut found, |row| {
            row.since = Due::Fresh;
            passed = row.event + 1;
        })?;
        // Events to come are told of, so it is enough to have passed those there are.
        if more { Ok((found, passed, true)) } else { Ok((found, passed.max(end + 1), end < look.last)) }
    }

    /// What is due by the index, behind this place; the place to go on from, and whether there is more.
    fn find_due(&mut self, look: Look, from: Place, leases: &Leases) -> rusqlite::Result<(Vec<Found>, Place, bool)> {
        let (mut found, mut passed) = (Vec::new(), from);
        let rows = self.due.query((look.destination.0, look.now.as_micros(), from.0, from.1, from.2))?;
        let more = pick(rows, look.destination, look.limit, leases, &mut found, |row| passed = row.place())?;
        Ok((found, passed, more))
    }

    /// The newest due ones that are neither held nor found, those never tried first.
    fn find_newest(
        &mut self,
        look: Look,
        limit: usize,
        leases: &Leases,
        found: &mut Vec<Found>,
    ) -> rusqlite::Result<()> {
        let mut newest = Vec::new();
        let rows = self.freshest.query((look.destination.0, look.last - NEWEST_WINDOW, look.last))?;
        pick(rows, look.destination, limit, leases, &mut newest, |row| row.since = Due::Fresh)?;
        let rows = self.newest.query((look.destination.0, look.now.as_micros(), NEWEST_WINDOW))?;
        pick(rows, look.destination, usize::MAX, leases, &mut newest, |_| {})?;
        newest.retain(|new| found.iter().all(|old| (old.event, old.generation) != (new.event, new.generation)));
        newest.sort_by_key(|new| (new.attempts > 0, std::cmp::Reverse(new.place())));
        found.extend(newest.into_iter().take(limit));
        Ok(())
    }

    fn load(&mut self, destination: NameId, found: &Found) -> rusqlite::Result<Leased> {
        let kinds = &self.kinds;
        let mut missed = Vec::with_capacity(found.missed.0.len());
        for event in &found.missed.0 {
            missed.extend(self.id.query_row([event], |row| Ok(EventId(digest(row, 0)?))).optional()?);
        }
        let event = self.event.query_row([found.event], |row| stored_event(row, kinds))?;
        // A repeat may be owed to a new destination long after the bytes of the first copy went.
        let bytes = |row: &Row<'_>, column| row.get::<_, Option<Vec<u8>>>(column).map(|bytes| bytes.map(Into::into));
        let read = |row: &Row<'_>| Ok((bytes(row, 0)?.unwrap_or_default(), bytes(row, 1)?.unwrap_or_default()));
        let (headers, body) = self.bytes.query_row([event.notification.0], read)?;
        Ok(Leased {
            id: delivery(found.event, destination, found.generation),
            attempt: found.attempts.saturating_add(1),
            created_at: found.created_at,
            event,
            missed,
            headers,
            body,
        })
    }

    fn next(&mut self, destination: NameId, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
        let until = now.plus(DUE_AHEAD_MAX);
        let range = (destination.0, now.as_micros(), until.as_micros());
        let at = self.next.query_row(range, |row| row.get(0)).optional()?;
        Ok(at.map(Timestamp::from_micros))
    }
}

/// Picks rows that are not held until `limit` are found, and shows each it has passed; returns whether there are more.
fn pick(
    mut rows: Rows<'_>,
    destination: NameId,
    limit: usize,
    leases: &Leases,
    found: &mut Vec<Found>,
    mut passed: impl FnMut(&mut Found),
) -> rusqlite::Result<bool> {
    let mut picked = 0;
    while let Some(row) = rows.next()? {
        let mut row = read(row)?;
        let is_held = leases.holds(delivery(row.event, destination, row.generation));
        if !is_held && picked == limit {
            return Ok(true);
        }
        passed(&mut row);
        if !is_held {
            picked += 1;
            found.push(row);
        }
    }
    Ok(false)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Found> {
    let at = row.get(0)?;
    Ok(Found {
        since: Due::At(Timestamp::from_micros(at)),
        at,
        event: row.get(1)?,
        generation: row.get(2)?,
        attempts: row.get(3)?,
        created_at: Timestamp::from_micros(row.get(4)?),
        missed: row.get_ref(5)?.as_blob_or_null()?.map(Missed::read).unwrap_or_default(),
    })
}
