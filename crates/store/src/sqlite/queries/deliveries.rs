//! Deliveries: one with its attempts, and lists, newest event first.

use std::time::Duration;

use payhook_domain::delivery::{Attempt, Outcome, State, Timings};
use payhook_domain::id::{DeliveryId, EventId, NameId};
use payhook_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::times;
use crate::sqlite::names::Kinds;
use crate::sqlite::owing::owe::delivery;
use crate::sqlite::rows::{FRESH, as_i64, digest, state, unreadable};
use crate::{DeliveryFilter, DeliveryRow, Page, PageRequest};

macro_rules! columns {
    () => {
        "d.event, d.destination, d.generation, d.state, d.attempts, d.created_at, d.at, e.id, e.kind, e.reference"
    };
}

/// What every list compares. `:states` has the bit of each wanted state; 0 means all. Who asks for a state sees no dead
/// letter that was made again: it waits for nobody, unless its lane stopped at it.
macro_rules! fits {
    () => {
        "(:destination IS NULL OR d.destination = :destination) AND (:states = 0 OR ((:states >> d.state) & 1
         AND (d.state NOT IN (11, 12) OR d.waits IS -1 OR NOT EXISTS (SELECT 1 FROM deliveries n WHERE n.event = d.event
              AND n.destination = d.destination AND n.generation > d.generation))))
         AND (d.event, d.destination, d.generation) <= (:event, :from_destination, :generation) AND d.event >= :low
         ORDER BY d.event DESC, d.destination DESC, d.generation DESC LIMIT :limit"
    };
}

const WALK: &str =
    concat!("SELECT ", columns!(), " FROM deliveries d JOIN events e ON e.seq = d.event WHERE ", fits!());
const DEAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM deliveries d INDEXED BY deliveries_dead CROSS JOIN events e ON e.seq = d.event
     WHERE d.state IN (11, 12) AND ",
    fits!()
);

/// One delivery and its attempts, oldest first.
pub(super) fn one(
    connection: &Connection,
    kinds: &Kinds,
    id: DeliveryId,
) -> rusqlite::Result<Option<(DeliveryRow, Vec<Attempt>)>> {
    let key = (id.event.0, id.destination.0, id.generation);
    let row = connection
        .prepare_cached(concat!(
            "SELECT ",
            columns!(),
            " FROM deliveries d JOIN events e ON e.seq = d.event
             WHERE d.event = ?1 AND d.destination = ?2 AND d.generation = ?3"
        ))?
        .query_row(key, |row| delivery_row(row, kinds))
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let attempts = connection
        .prepare_cached(
            "SELECT number, started_at, took, outcome, retry_after, status, error, excerpt, dns, connect, tls, first_byte
             FROM attempts WHERE event = ?1 AND destination = ?2 AND generation = ?3 ORDER BY number",
        )?
        .query_map(key, attempt)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Some((row, attempts)))
}

/// A page of deliveries that fit.
pub(super) fn list(
    connection: &Connection,
    kinds: &Kinds,
    filter: &DeliveryFilter,
    page: &PageRequest,
) -> rusqlite::Result<Page<DeliveryRow>> {
    let limit = page.limit.clamp(1, PageRequest::LIMIT_MAX);
    let start = start(connection, filter, page)?;
    let only_dead = !filter.states.is_empty() && filter.states.iter().all(|state| state.is_dead());
    let low = match filter.event {
        Some(event) => event.0,
        None if only_dead => dead_floor(connection, start.event.0)?,
        None => (start.event.0.saturating_sub(as_i64(PageRequest::SCAN_MAX) - 1)).max(0),
    };
    let mut rows: Vec<DeliveryRow> = connection
        .prepare_cached(if only_dead && filter.event.is_none() { DEAD } else { WALK })?
        .query_map(
            named_params! {
                ":destination": filter.destination.map(|destination| destination.0),
                ":states": filter.states.iter().fold(0_i64, |bits, state| bits | bits_of(*state)),
                ":event": start.event.0,
                ":from_destination": start.destination.0,
                ":generation": start.generation,
                ":low": low,
                ":limit": as_i64(limit + 1),
            },
            |row| delivery_row(row, kinds),
        )?
        .collect::<rusqlite::Result<_>>()?;
    let next = if rows.len() > limit {
        rows.pop().map(|row| row.id)
    } else {
        (filter.event.is_none() && low > times::first(connection)?)
            .then(|| delivery(low - 1, NameId(u16::MAX), u32::MAX))
    };
    Ok(Page { rows, next: next.map(|id| id.to_string()) })
}

/// The event down to which a page of dead letters looks, so that those made again do not make it endless.
fn dead_floor(connection: &Connection, event: i64) -> rusqlite::Result<i64> {
    let floor = connection
        .prepare_cached(
            "SELECT event FROM deliveries INDEXED BY deliveries_dead WHERE state IN (11, 12) AND event <= ?1
             ORDER BY event DESC LIMIT 1 OFFSET ?2",
        )?
        .query_row((event, as_i64(PageRequest::SCAN_MAX)), |row| row.get(0))
        .optional()?;
    Ok(floor.unwrap_or(0))
}

/// The first place that may be on the page.
fn start(connection: &Connection, filter: &DeliveryFilter, page: &PageRequest) -> rusqlite::Result<DeliveryId> {
    if let Some(from) = page.from.as_ref().and_then(|from| from.parse().ok()) {
        return Ok(from);
    }
    let last = match filter.event {
        Some(event) => event.0,
        None => connection
            .prepare_cached("SELECT coalesce(max(event), 0) FROM deliveries")?
            .query_row([], |row| row.get(0))?,
    };
    Ok(delivery(last, NameId(u16::MAX), u32::MAX))
}

/// The bits of the numbers that mean this state.
fn bits_of(state: State) -> i64 {
    let fresh = if state == State::Pending { 1 << FRESH } else { 0 };
    fresh | 1 << (state as u8)
}

fn delivery_row(row: &Row<'_>, kinds: &Kinds) -> rusqlite::Result<DeliveryRow> {
    Ok(DeliveryRow {
        id: delivery(row.get(0)?, NameId(row.get(1)?), row.get(2)?),
        state: state(row.get(3)?).ok_or_else(|| unreadable(3, "state"))?,
        attempts: row.get(4)?,
        created_at: Timestamp::from_micros(row.get(5)?),
        at: Timestamp::from_micros(row.get(6)?),
        event: EventId(digest(row, 7)?),
        kind: kinds.kind(row.get(8)?),
        reference: row.get(9)?,
    })
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    let duration = |index| -> rusqlite::Result<Option<Duration>> {
        let micros: Option<i64> = row.get(index)?;
        Ok(micros.map(|micros| Duration::from_micros(micros.unsigned_abs())))
    };
    let outcome = match row.get(3)? {
        1 => Outcome::Delivered,
        2 => Outcome::Rejected,
        3 => Outcome::Failed { retry_after: duration(4)? },
        _ => return Err(unreadable(3, "outcome")),
    };
    Ok(Attempt {
        number: row.get(0)?,
        started_at: Timestamp::from_micros(row.get(1)?),
        took: duration(2)?.unwrap_or_default(),
        outcome,
        status: row.get(5)?,
        error: row.get(6)?,
        excerpt: row.get(7)?,
        timings: Timings { dns: duration(8)?, connect: duration(9)?, tls: duration(10)?, first_byte: duration(11)? },
    })
}
