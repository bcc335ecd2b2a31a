//! Holds: bad news that waits whether better news of the same order overtakes it.

use std::time::Duration;

use payhook_domain::delivery::State;
use payhook_domain::fact::Effect;
use payhook_domain::id::{DeliveryId, NameId};
use payhook_domain::identity::Digest;
use payhook_domain::time::Timestamp;
use payhook_domain::written::Said;
use rusqlite::{Connection, OptionalExtension, Row, Statement};

use super::owe::delivery;
use crate::sqlite::tally::Changes;

/// How far ahead a hold can end by the clock of now: the longest there is, and an hour for a clock that is put right by
/// a little. One that ends later than that was written by a clock that was wrong, and is over soon: nobody knows how long it
/// has waited, and waiting for that date could be for years.
const AHEAD_MAX: Duration = Duration::from_secs(25 * 60 * 60);

/// How long that has to be so: a machine may come up with a clock of days ago, which is put right within minutes, and what
/// is held then is not to be sent as if nothing better could come.
const AHEAD_FOR: Duration = Duration::from_secs(10 * 60);

/// Most holds ended in one transaction; the rest follow with the next look.
const ENDED_MAX: u32 = 256;

/// The deliveries whose hold is over, the earliest first: their end lies in this span.
macro_rules! over {
    () => {
        "SELECT event, destination, generation FROM deliveries INDEXED BY deliveries_held
         WHERE state = 1 AND at BETWEEN ?1 AND ?2 ORDER BY at, event LIMIT ?3"
    };
}

/// Keeps held deliveries by order, or by payment where they name no order, and finds those whose hold is over.
pub(in crate::sqlite) struct Holds<'c> {
    hold: Statement<'c>,
    of_order: Statement<'c>,
    forget: Statement<'c>,
    supersede: Statement<'c>,
    forget_over: Statement<'c>,
    over: Statement<'c>,
    take: Statement<'c>,
    next: Statement<'c>,
    last: Statement<'c>,
    /// Whether anything may be held: nothing is asked before something was.
    any: bool,
    /// Since when, by this clock, a hold ends too far ahead.
    ahead_since: Option<Timestamp>,
}

impl<'c> Holds<'c> {
    pub(in crate::sqlite) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            ahead_since: None,
            any: connection.query_row("SELECT EXISTS (SELECT 1 FROM holds)", [], |row| row.get(0))?,
            hold: connection
                .prepare("INSERT INTO holds (orders, event, destination, generation) VALUES (?1, ?2, ?3, ?4)")?,
            of_order: connection.prepare(
                "SELECT event, destination, generation, (SELECT said FROM events WHERE seq = event)
                 FROM holds WHERE orders = ?1",
            )?,
            forget: connection.prepare(
                "DELETE FROM holds WHERE orders = ?1 AND event = ?2 AND destination = ?3 AND generation = ?4",
            )?,
            supersede: connection.prepare(
                "UPDATE deliveries SET state = 13, at = ?4
                 WHERE event = ?1 AND destination = ?2 AND generation = ?3 AND state = 1",
            )?,
            // Orders come first in the key: once over all that is held, instead of once for each that ends.
            forget_over: connection.prepare(concat!(
                "DELETE FROM holds WHERE (event, destination, generation) IN (",
                over!(),
                ")"
            ))?,
            over: connection.prepare(over!())?,
            take: connection.prepare(
                "DELETE FROM deliveries WHERE event = ?1 AND destination = ?2 AND generation = ?3 AND state = 1
                 RETURNING created_at, waits IS NOT NULL",
            )?,
            next: connection
                .prepare("SELECT at FROM deliveries INDEXED BY deliveries_held WHERE state = 1 ORDER BY at LIMIT 1")?,
            last: connection.prepare(
                "SELECT at FROM deliveries INDEXED BY deliveries_held WHERE state = 1 ORDER BY at DESC LIMIT 1",
            )?,
        })
    }

    /// Remembers that a delivery waits for better news of its order.
    pub(in crate::sqlite) fn hold(&mut self, order: &Digest, id: DeliveryId) -> rusqlite::Result<()> {
        self.any = true;
        self.hold.execute((&order.as_bytes()[..], id.event.0, id.destination.0, id.generation)).map(drop)
    }

    /// Better news has come, of what happened at `success`: what was held for this order is never sent, another try's bad
    /// news included, unless it is a failure that happened later: a transfer that came back after it was sent.
    pub(in crate::sqlite) fn supersede(
        &mut self,
        order: &Digest,
        success: Timestamp,
        at: Timestamp,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        if !self.any {
            return Ok(());
        }
        let order = &order.as_bytes()[..];
        let held: Vec<Held> = self.of_order.query_map([order], held)?.collect::<rusqlite::Result<_>>()?;
        for Held { id, .. } in held.into_iter().filter(|held| held.failed_at.is_none_or(|at| at <= success)) {
            if self.supersede.execute((id.event.0, id.destination.0, id.generation, at.as_micros()))? == 1 {
                changes.deliveries(id.destination, State::Held, -1);
                changes.deliveries(id.destination, State::Superseded, 1);
            }
            self.forget.execute((order, id.event.0, id.destination.0, id.generation))?;
        }
        Ok(())
    }

    /// Those whose hold is over at `now`, the earliest first, to be taken: no order overtakes them any more.
    pub(in crate::sqlite) fn over(&mut self, now: Timestamp) -> rusqlite::Result<Vec<DeliveryId>> {
        let mut over = self.over_within((i64::MIN, now.as_micros()), ENDED_MAX)?;
        if self.stranded(now)?.is_some_and(|until| until <= now) {
            let room = ENDED_MAX.saturating_sub(u32::try_from(over.len()).unwrap_or(ENDED_MAX));
            over.extend(self.over_within((too_far(now), i64::MAX), room)?);
        }
        Ok(over)
    }

    /// Until when those wait that end too far ahead, if any do.
    fn stranded(&mut self, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
        let last: Option<i64> = self.last.query_row([], |row| row.get(0)).optional()?;
        let is_stranded = last.is_some_and(|last| last >= too_far(now));
        self.ahead_since = is_stranded.then(|| self.ahead_since.map_or(now, |since| since.min(now)));
        Ok(self.ahead_since.map(|since| since.plus(AHEAD_FOR)))
    }

    fn over_within(&mut self, (from, to): (i64, i64), limit: u32) -> rusqlite::Result<Vec<DeliveryId>> {
        let over: Vec<DeliveryId> = self.over.query_map((from, to, limit), id)?.collect::<rusqlite::Result<_>>()?;
        if !over.is_empty() {
            self.forget_over.execute((from, to, limit))?;
        }
        Ok(over)
    }

    /// Takes a held delivery out, to be owed in its lane; when it was made, and whether it keeps to a lane.
    pub(in crate::sqlite) fn take(
        &mut self,
        id: DeliveryId,
        changes: &mut Changes,
    ) -> rusqlite::Result<Option<(Timestamp, bool)>> {
        let key = (id.event.0, id.destination.0, id.generation);
        let taken = self.take.query_row(key, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((made, in_order)) = taken else { return Ok(None) };
        changes.deliveries(id.destination, State::Held, -1);
        Ok(Some((Timestamp::from_micros(made), in_order)))
    }

    /// When the next hold is over, asked at `now`.
    pub(in crate::sqlite) fn next(&mut self, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
        if !self.any {
            return Ok(None);
        }
        let stranded = self.stranded(now)?;
        let at: Option<i64> = self.next.query_row([], |row| row.get(0)).optional()?;
        Ok(at.map(Timestamp::from_micros).into_iter().chain(stranded).min())
    }
}

/// From when on an end is too far ahead.
fn too_far(now: Timestamp) -> i64 {
    now.plus(AHEAD_MAX).as_micros().saturating_add(1)
}

/// A delivery that waits for better news, and when its payment failed, where that is the bad news and it says so.
struct Held {
    id: DeliveryId,
    failed_at: Option<Timestamp>,
}

fn held(row: &Row<'_>) -> rusqlite::Result<Held> {
    let said = row.get_ref(3)?.as_blob_or_null()?.and_then(Said::read);
    let fact = said.and_then(|said| said.fact).filter(|fact| matches!(fact.effect, Effect::Failed | Effect::Undone));
    Ok(Held { id: id(row)?, failed_at: fact.and_then(|fact| fact.occurred_at) })
}

fn id(row: &Row<'_>) -> rusqlite::Result<DeliveryId> {
    Ok(delivery(row.get(0)?, NameId(row.get(1)?), row.get(2)?))
}
