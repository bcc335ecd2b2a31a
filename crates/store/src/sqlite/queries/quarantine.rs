//! The quarantine: one entry with its bytes, and lists without, newest first.

use bytes::Bytes;
use payhook_domain::id::{NameId, QuarantineId};
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::sqlite::rows::{as_i64, unreadable};
use crate::{Page, PageRequest, QuarantineRow};

macro_rules! columns {
    () => {
        "id, source, first_at, last_at, times, target, peer, reason, detail, size"
    };
}

/// One entry, with its bytes.
pub(super) fn one(connection: &Connection, id: QuarantineId) -> rusqlite::Result<Option<QuarantineRow>> {
    connection
        .prepare_cached(concat!("SELECT ", columns!(), ", headers, body FROM quarantine WHERE id = ?1"))?
        .query_row([id.0], |row| {
            let (headers, body) = (row.get::<_, Vec<u8>>(10)?, row.get::<_, Vec<u8>>(11)?);
            Ok(QuarantineRow { headers: headers.into(), body: body.into(), ..entry(row)? })
        })
        .optional()
}

/// A page of entries. The quarantine is bounded, so nothing but the page bounds the walk.
pub(super) fn list(
    connection: &Connection,
    source: Option<NameId>,
    page: &PageRequest,
) -> rusqlite::Result<Page<QuarantineRow>> {
    let limit = page.limit.clamp(1, PageRequest::LIMIT_MAX);
    let from: i64 = page.from.as_ref().and_then(|from| from.parse().ok()).unwrap_or(i64::MAX);
    let mut rows: Vec<QuarantineRow> = connection
        .prepare_cached(concat!(
            "SELECT ",
            columns!(),
            " FROM quarantine WHERE id <= ?1 AND (?2 IS NULL OR source = ?2)
             ORDER BY id DESC LIMIT ?3"
        ))?
        .query_map((from, source.map(|source| source.0), as_i64(limit + 1)), entry)?
        .collect::<rusqlite::Result<_>>()?;
    let next = if rows.len() > limit { rows.pop().map(|row| row.id.0.to_string()) } else { None };
    Ok(Page { rows, next })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<QuarantineRow> {
    Ok(QuarantineRow {
        id: QuarantineId(row.get(0)?),
        source: NameId(row.get(1)?),
        first_at: Timestamp::from_micros(row.get(2)?),
        last_at: Timestamp::from_micros(row.get(3)?),
        times: row.get::<_, i64>(4)?.unsigned_abs(),
        target: row.get(5)?,
        peer: row.get_ref(6)?.as_str_or_null()?.and_then(|peer| peer.parse().ok()),
        reason: Unverified::parse(row.get_ref(7)?.as_str()?).ok_or_else(|| unreadable(7, "reason"))?,
        detail: row.get(8)?,
        size: row.get::<_, i64>(9)?.unsigned_abs(),
        headers: Bytes::new(),
        body: Bytes::new(),
    })
}
