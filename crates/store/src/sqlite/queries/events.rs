//! Event rows: one, all versions of one, and lists.
//!
//! A list walks the rows by number, newest first, at most [`PageRequest::SCAN_MAX`] of them for one page; three filters
//! have an index of their own instead: a reference, a standing other than `routed`, and time, which bounds the walk.

use std::ops::ControlFlow;

use payhook_domain::id::{EventId, EventSeq};
use payhook_domain::verdict::Standing;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::times;
use crate::sqlite::index::segments::words;
use crate::sqlite::names::Kinds;
use crate::sqlite::recording::identities;
use crate::sqlite::rows::{as_i64, standing_number, stored_columns, stored_event};
use crate::{EventFilter, Page, PageRequest, StoredEvent};

/// What every list compares; a filter not given is null.
macro_rules! fits {
    () => {
        "(:source IS NULL OR source = :source) AND (:kind IS NULL OR kind = :kind)
         AND (:code IS NULL OR code = :code) AND (:standing IS NULL OR standing = :standing)
         AND (:since IS NULL OR received_at >= :since) AND (:until IS NULL OR received_at < :until)"
    };
}

const WALK_BACK: &str = concat!(
    "SELECT ",
    stored_columns!(),
    " FROM events NOT INDEXED WHERE seq BETWEEN :low AND :high AND ",
    fits!(),
    " ORDER BY seq DESC LIMIT :limit"
);
const WALK_ON: &str = concat!(
    "SELECT ",
    stored_columns!(),
    " FROM events NOT INDEXED WHERE seq BETWEEN :low AND :high AND ",
    fits!(),
    " ORDER BY seq LIMIT :limit"
);
const MARKED: &str = concat!(
    "SELECT ",
    stored_columns!(),
    " FROM events INDEXED BY events_marked
     WHERE standing = :standing AND standing <> 1 AND seq BETWEEN :low AND :high AND ",
    fits!(),
    " ORDER BY seq DESC LIMIT :limit"
);
const FOUND: &str = concat!("SELECT ", stored_columns!(), " FROM events WHERE seq = :seq AND ", fits!());

/// One row.
pub(super) fn row(connection: &Connection, kinds: &Kinds, seq: EventSeq) -> rusqlite::Result<Option<StoredEvent>> {
    connection
        .prepare_cached(concat!("SELECT ", stored_columns!(), " FROM events WHERE seq = ?1"))?
        .query_row([seq.0], |row| stored_event(row, kinds))
        .optional()
}

/// Every row of one event, in the order of commits.
pub(super) fn versions(connection: &Connection, kinds: &Kinds, id: EventId) -> rusqlite::Result<Vec<StoredEvent>> {
    let first = identities::row_of(connection, &id.0)?;
    let Some(first) = first else { return Ok(Vec::new()) };
    connection
        .prepare_cached(concat!(
            "SELECT ",
            stored_columns!(),
            " FROM events WHERE seq = ?1 UNION ALL
             SELECT ",
            stored_columns!(),
            " FROM events WHERE first = ?1 ORDER BY seq LIMIT ?2"
        ))?
        .query_map((first, as_i64(PageRequest::SCAN_MAX)), |row| stored_event(row, kinds))?
        .collect()
}

/// A page of rows that fit.
pub(in crate::sqlite) fn list(
    connection: &Connection,
    kinds: &Kinds,
    filter: &EventFilter,
    page: &PageRequest,
) -> rusqlite::Result<Page<StoredEvent>> {
    let limit = page.limit.clamp(1, PageRequest::LIMIT_MAX);
    let walk = Walk { connection, kinds, filter, limit };
    if let Some(after) = filter.after {
        return walk.on(place(page).unwrap_or(after.0 + 1).max(after.0 + 1));
    }
    let high = match (place(page), filter.until) {
        (from, None) => from.unwrap_or(i64::MAX),
        (from, Some(until)) => times::ceiling(connection, until)?.min(from.unwrap_or(i64::MAX)),
    };
    let low = filter.since.map_or(Ok(1), |since| times::floor(connection, since))?.max(times::first(connection)?);
    match (&filter.reference, filter.standing) {
        (Some(reference), _) => walk.found(reference, low, high),
        (None, Some(standing)) if standing != Standing::Routed => walk.marked(low, high),
        _ => walk.back(low, high),
    }
}

/// A place in an event list; one that cannot be read begins at the beginning.
fn place(page: &PageRequest) -> Option<i64> {
    page.from.as_ref()?.parse().ok()
}

struct Walk<'a> {
    connection: &'a Connection,
    kinds: &'a Kinds,
    filter: &'a EventFilter,
    limit: usize,
}

impl Walk<'_> {
    /// Newest first, over at most so many rows.
    fn back(&self, low: i64, high: i64) -> rusqlite::Result<Page<StoredEvent>> {
        let high = high.min(self.last()?);
        let stop = low.max(high.saturating_sub(as_i64(PageRequest::SCAN_MAX) - 1));
        let rows = self.rows(WALK_BACK, stop, high)?;
        let next = self.next_before(&rows).or_else(|| (stop > low).then(|| stop - 1));
        Ok(page(rows, next.filter(|next| *next >= low)))
    }

    /// Oldest first, for following along: there is always a place to go on.
    fn on(&self, low: i64) -> rusqlite::Result<Page<StoredEvent>> {
        let high = self.last()?.min(low.saturating_add(as_i64(PageRequest::SCAN_MAX) - 1));
        let rows = self.rows(WALK_ON, low, high)?;
        let next = match rows.last() {
            Some(last) if rows.len() == self.limit => last.seq.0 + 1,
            _ => low.max(high + 1),
        };
        Ok(page(rows, Some(next)))
    }

    /// Newest first over the rows that are not plainly routed.
    fn marked(&self, low: i64, high: i64) -> rusqlite::Result<Page<StoredEvent>> {
        let rows = self.rows(MARKED, low, high)?;
        let next = self.next_before(&rows);
        Ok(page(rows, next.filter(|next| *next >= low)))
    }

    /// Newest first over the rows with this reference.
    fn found(&self, reference: &str, low: i64, high: i64) -> rusqlite::Result<Page<StoredEvent>> {
        let mut found = self.connection.prepare_cached(FOUND)?;
        let (mut rows, mut next) = (Vec::new(), None);
        words::search(self.connection, reference, (low, high), |seq| {
            if rows.len() == self.limit {
                next = Some(seq);
                return Ok(ControlFlow::Break(()));
            }
            let row = self
                .with_filter(seq, |params| found.query_row(params, |row| stored_event(row, self.kinds)).optional())?;
            rows.extend(row);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(page(rows, next))
    }

    fn rows(&self, sql: &str, low: i64, high: i64) -> rusqlite::Result<Vec<StoredEvent>> {
        let (filter, kind) = (self.filter, self.filter.kind.map(|kind| self.kinds.number(kind)));
        let params = named_params! {
            ":low": low,
            ":high": high,
            ":limit": as_i64(self.limit),
            ":source": filter.source.map(|source| source.0),
            ":kind": kind,
            ":code": filter.code,
            ":standing": filter.standing.map(standing_number),
            ":since": filter.since.map(|since| since.as_micros()),
            ":until": filter.until.map(|until| until.as_micros()),
        };
        let read = |row: &Row<'_>| stored_event(row, self.kinds);
        self.connection.prepare_cached(sql)?.query_map(params, read)?.collect()
    }

    fn with_filter<A>(&self, seq: i64, ask: impl FnOnce(&[(&str, &dyn rusqlite::ToSql)]) -> A) -> A {
        let (filter, kind) = (self.filter, self.filter.kind.map(|kind| self.kinds.number(kind)));
        ask(named_params! {
            ":seq": seq,
            ":source": filter.source.map(|source| source.0),
            ":kind": kind,
            ":code": filter.code,
            ":standing": filter.standing.map(standing_number),
            ":since": filter.since.map(|since| since.as_micros()),
            ":until": filter.until.map(|until| until.as_micros()),
        })
    }

    fn next_before(&self, rows: &[StoredEvent]) -> Option<i64> {
        let last = rows.last().filter(|_| rows.len() == self.limit)?;
        Some(last.seq.0 - 1)
    }

    fn last(&self) -> rusqlite::Result<i64> {
        let mut last = self.connection.prepare_cached("SELECT coalesce(max(seq), 0) FROM events")?;
        last.query_row([], |row| row.get(0))
    }
}

fn page(rows: Vec<StoredEvent>, next: Option<i64>) -> Page<StoredEvent> {
    Page { rows, next: next.map(|next| next.to_string()) }
}
