//! The quarantine: refused requests, counted when they come again, bounded per source, oldest out first.

use std::collections::HashMap;

use payhook_domain::id::{NameId, QuarantineId};
use payhook_domain::identity::Digest;
use payhook_domain::notification::header_lines;
use rusqlite::{Connection, OptionalExtension};

use crate::sqlite::rows::as_i64;
use crate::sqlite::tally::Changes;
use crate::{Options, Quarantined};

/// How much the quarantine holds per source, and may.
#[derive(Debug)]
pub(in crate::sqlite) struct Bounds {
    entries_max: i64,
    bytes_max: i64,
    /// Absent until counted, and again after a transaction was undone.
    held: Option<HashMap<NameId, Held>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Held {
    entries: i64,
    bytes: i64,
}

impl Bounds {
    pub(in crate::sqlite) fn new(options: &Options) -> Self {
        Self {
            entries_max: i64::try_from(options.quarantine_max).unwrap_or(i64::MAX),
            bytes_max: i64::try_from(options.quarantine_bytes_max).unwrap_or(i64::MAX),
            held: None,
        }
    }

    /// What was counted may have been undone: it is counted anew when next needed.
    pub(in crate::sqlite) fn recount(&mut self) {
        self.held = None;
    }

    /// Keeps a refused request. One that alone is larger than the bound is not kept.
    pub(in crate::sqlite) fn keep(
        &mut self,
        connection: &Connection,
        refused: &Quarantined,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        let bytes = as_i64(refused.body.len() + refused.headers.len() + refused.target.len());
        if bytes > self.bytes_max || self.entries_max == 0 {
            return Ok(());
        }
        let digest = sameness(refused);
        if again(connection, refused, &digest)? {
            return Ok(());
        }
        let held = self.held(connection, refused.source)?;
        held.entries += 1;
        held.bytes += bytes;
        insert(connection, refused, &digest)?;
        changes.quarantined(1);
        let (entries_max, bytes_max) = (self.entries_max, self.bytes_max);
        let held = self.held(connection, refused.source)?;
        while held.entries > entries_max || held.bytes > bytes_max {
            let Some(freed) = drop_oldest(connection, refused.source)? else { break };
            held.entries -= 1;
            held.bytes -= freed;
            changes.quarantined(-1);
        }
        Ok(())
    }

    /// Removes an entry that was released.
    pub(in crate::sqlite) fn forget(
        &mut self,
        connection: &Connection,
        id: QuarantineId,
        changes: &mut Changes,
    ) -> rusqlite::Result<bool> {
        self.held = None;
        let removed = connection.prepare_cached("DELETE FROM quarantine WHERE id = ?1")?.execute([id.0])?;
        if removed == 1 {
            changes.quarantined(-1);
        }
        Ok(removed == 1)
    }

    fn held(&mut self, connection: &Connection, source: NameId) -> rusqlite::Result<&mut Held> {
        let held = match self.held.take() {
            Some(held) => held,
            None => count(connection)?,
        };
        Ok(self.held.insert(held).entry(source).or_default())
    }
}

/// What makes two refused requests the same: source, body, and every header that carries a signature. Other headers
/// (dates, trace ids) differ from one try to the next.
fn sameness(refused: &Quarantined) -> Digest {
    let source = refused.source.0.to_be_bytes();
    let signatures = header_lines(&refused.headers).filter(|(name, _)| {
        let name = name.to_ascii_lowercase();
        ["sig", "hmac"].iter().any(|word| name.contains(word))
    });
    let signatures: Vec<_> = signatures.map(|(_, value)| value).collect();
    Digest::of([&source[..], &refused.body].into_iter().chain(signatures))
}

fn count(connection: &Connection) -> rusqlite::Result<HashMap<NameId, Held>> {
    connection
        .prepare_cached(
            "SELECT source, count(*), sum(size + length(headers) + octet_length(target)) FROM quarantine
             GROUP BY source",
        )?
        .query_map([], |row| Ok((NameId(row.get(0)?), Held { entries: row.get(1)?, bytes: row.get(2)? })))?
        .collect()
}

fn again(connection: &Connection, refused: &Quarantined, digest: &Digest) -> rusqlite::Result<bool> {
    let counted = connection
        .prepare_cached(
            "UPDATE quarantine SET times = times + 1, last_at = ?2, peer = ?3, reason = ?4, detail = ?5
             WHERE digest = ?1",
        )?
        .execute((
            &digest.as_bytes()[..],
            refused.received_at.as_micros(),
            refused.peer.map(|peer| peer.to_string()),
            refused.reason.as_str(),
            &refused.detail,
        ))?;
    Ok(counted == 1)
}

fn insert(connection: &Connection, refused: &Quarantined, digest: &Digest) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO quarantine (digest, source, first_at, last_at, times, target, peer, reason, detail, claimed,
             size, headers, body) VALUES (?1, ?2, ?3, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute((
            &digest.as_bytes()[..],
            refused.source.0,
            refused.received_at.as_micros(),
            &refused.target,
            refused.peer.map(|peer| peer.to_string()),
            refused.reason.as_str(),
            &refused.detail,
            refused.claimed.as_ref().map(|claimed| &claimed.as_bytes()[..]),
            as_i64(refused.body.len()),
            &refused.headers[..],
            &refused.body[..],
        ))?;
    Ok(())
}

fn drop_oldest(connection: &Connection, source: NameId) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(
            "DELETE FROM quarantine WHERE id = (SELECT min(id) FROM quarantine WHERE source = ?1)
             RETURNING size + length(headers) + octet_length(target)",
        )?
        .query_row([source.0], |row| row.get(0))
        .optional()
}
