//! Payments: one by any of its names, and lists, the newest first.

use std::collections::HashSet;
use std::ops::ControlFlow;

use payhook_domain::id::{NameId, PaymentId};
use payhook_domain::payment::Facts;
use payhook_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::sqlite::index::runs::{self, Indexed};
use crate::sqlite::index::segments::words;
use crate::sqlite::recording::books::follow;
use crate::sqlite::rows::{as_i64, digest, unreadable};
use crate::{Page, PageRequest, PaymentFilter, PaymentRow};

macro_rules! columns {
    () => {
        "id, digest, provider, account, key, reference, version, updated_at, facts"
    };
}

/// What every list compares; a filter not given is null.
macro_rules! fits {
    () => {
        "merged IS NULL AND (:status IS NULL OR status = :status) AND (:since IS NULL OR updated_at >= :since)
         AND (:until IS NULL OR updated_at < :until)"
    };
}

const WALK: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM payments WHERE id BETWEEN :low AND :high AND ",
    fits!(),
    " ORDER BY id DESC LIMIT :limit"
);

/// The payment known by this name.
pub(super) fn one(connection: &Connection, id: PaymentId) -> rusqlite::Result<Option<PaymentRow>> {
    match named(connection, id)? {
        Some(row) => at(connection, row).map(|found| found.map(|(_, payment)| payment)),
        None => Ok(None),
    }
}

/// The row of the payment known by this name.
fn named(connection: &Connection, id: PaymentId) -> rusqlite::Result<Option<i64>> {
    if let Some(row) = runs::row_of(connection, Indexed::Payments, &id.0)? {
        return Ok(Some(row));
    }
    let Some(alias) = runs::row_of(connection, Indexed::Aliases, &id.0)? else { return Ok(None) };
    connection
        .prepare_cached("SELECT payment FROM aliases WHERE id = ?1 AND success_at IS NULL")?
        .query_row([alias], |row| row.get(0))
        .optional()
}

/// A page of payments that fit.
pub(super) fn list(
    connection: &Connection,
    filter: &PaymentFilter,
    page: &PageRequest,
) -> rusqlite::Result<Page<PaymentRow>> {
    let limit = page.limit.clamp(1, PageRequest::LIMIT_MAX);
    if let Some(reference) = &filter.reference {
        return of_reference(connection, reference, filter, page, limit);
    }
    let last: i64 =
        connection.prepare_cached("SELECT coalesce(max(id), 0) FROM payments")?.query_row([], |row| row.get(0))?;
    let high = page.from.as_ref().and_then(|from| from.parse().ok()).unwrap_or(last).min(last);
    let low = high.saturating_sub(as_i64(PageRequest::SCAN_MAX) - 1).max(1);
    let rows = rows(connection, (low, high), filter, limit)?;
    let next = match rows.last() {
        Some((id, _)) if rows.len() == limit => Some(id - 1),
        _ => Some(low - 1),
    };
    let first: i64 =
        connection.prepare_cached("SELECT coalesce(min(id), 1) FROM payments")?.query_row([], |row| row.get(0))?;
    let next = next.filter(|next| *next >= first).map(|next| next.to_string());
    Ok(Page { rows: rows.into_iter().map(|(_, row)| row).collect(), next })
}

/// The payments that the events with this reference are about: the merchant's order, or any reference of the provider. Each
/// stands where the newest of those events is.
fn of_reference(
    connection: &Connection,
    reference: &str,
    filter: &PaymentFilter,
    page: &PageRequest,
    limit: usize,
) -> rusqlite::Result<Page<PaymentRow>> {
    let mut place = page.from.as_deref().and_then(Place::read).unwrap_or(Place { on: i64::MAX, newest: i64::MAX });
    let mut payment = connection.prepare_cached("SELECT payment_row FROM events WHERE seq = ?1")?;
    let (mut seen, mut found, mut newest, mut next) = (HashSet::new(), Vec::new(), None, None);
    words::search(connection, reference, (0, place.newest), |seq| {
        newest.get_or_insert(seq);
        let row: Option<i64> = payment.query_row([seq], |row| row.get(0))?;
        let Some((id, payment)) = row.map_or(Ok(None), |row| at(connection, row))? else {
            return Ok(ControlFlow::Continue(()));
        };
        if !seen.insert(id) || seq > place.on || !fits(&payment, filter) {
            return Ok(ControlFlow::Continue(()));
        }
        if found.len() == limit {
            next = Some(seq);
            return Ok(ControlFlow::Break(()));
        }
        found.push(payment);
        Ok(ControlFlow::Continue(()))
    })?;
    place.newest = place.newest.min(newest.unwrap_or(0));
    Ok(Page { rows: found, next: next.map(|on| Place { on, ..place }.said()) })
}

/// Where a list by reference goes on.
#[derive(Clone, Copy)]
struct Place {
    /// The newest event that was not looked at.
    on: i64,
    /// The newest when the list was begun. What came meanwhile would move a payment to the list's beginning, which is behind
    /// whoever reads it: it would be in no page.
    newest: i64,
}

impl Place {
    fn read(text: &str) -> Option<Self> {
        let (on, newest) = text.split_once('-')?;
        Some(Self { on: on.parse().ok()?, newest: newest.parse().ok()? })
    }

    fn said(self) -> String {
        format!("{}-{}", self.on, self.newest)
    }
}

fn fits(payment: &PaymentRow, filter: &PaymentFilter) -> bool {
    filter.status.is_none_or(|status| payment.facts.fold().status == status)
        && filter.since.is_none_or(|since| payment.updated_at >= since)
        && filter.until.is_none_or(|until| payment.updated_at < until)
}

fn rows(
    connection: &Connection,
    (low, high): (i64, i64),
    filter: &PaymentFilter,
    limit: usize,
) -> rusqlite::Result<Vec<(i64, PaymentRow)>> {
    let params = named_params! {
        ":low": low,
        ":high": high,
        ":limit": as_i64(limit),
        ":status": filter.status.map(|status| status as u8),
        ":since": filter.since.map(Timestamp::as_micros),
        ":until": filter.until.map(Timestamp::as_micros),
    };
    connection.prepare_cached(WALK)?.query_map(params, |row| Ok((row.get(0)?, payment(row)?)))?.collect()
}

/// The payment in this row, or in the one it leads to, with its row's number.
fn at(connection: &Connection, row: i64) -> rusqlite::Result<Option<(i64, PaymentRow)>> {
    let mut load = connection.prepare_cached(concat!("SELECT ", columns!(), ", merged FROM payments WHERE id = ?1"))?;
    follow(&mut load, row, |row| Ok(((row.get(0)?, payment(row)?), row.get(9)?)))
}

fn payment(row: &Row<'_>) -> rusqlite::Result<PaymentRow> {
    let facts = Facts::read(row.get_ref(8)?.as_blob()?).ok_or_else(|| unreadable(8, "facts"))?;
    // Both columns are what came first, and that is no property of the payment.
    let (key, first): (String, Option<String>) = (row.get(4)?, row.get(5)?);
    Ok(PaymentRow {
        id: PaymentId(digest(row, 1)?),
        provider: NameId(row.get(2)?),
        account: row.get(3)?,
        provider_reference: facts.provider_reference().unwrap_or(&key).to_owned(),
        reference: facts.reference().map(str::to_owned).or(first),
        key,
        version: row.get::<_, i64>(6)?.unsigned_abs(),
        updated_at: Timestamp::from_micros(row.get(7)?),
        facts,
    })
}
