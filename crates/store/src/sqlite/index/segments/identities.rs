//! Identities side by side: 16 bytes each, in the order of arrival. They outlive the events.

use payhook_domain::identity::Digest;
use rusqlite::{Connection, OptionalExtension};

use super::open::Identity;
use super::{SHIFT, of, start};
use crate::sqlite::rows::digest;

/// Bytes of a digest, and of the two that stand beside it.
const DIGEST: usize = 16;
const DETAILS: usize = 2 * DIGEST;

/// The segment of the newest events, which is not written yet.
pub(super) const FIRST_OPEN: &str = "SELECT coalesce(max(segment) + 1, 0) FROM identities";

/// The digest of the identity that was spent on row `?1`, also when the event is gone.
pub(in crate::sqlite) const DIGEST_OF: &str = "SELECT coalesce((SELECT id FROM events WHERE seq = ?1),
    (SELECT substr(digests, (?1 & 2047) * 16 + 1, 16) FROM identities WHERE segment = ?1 >> 11))";

/// What was signed, and all that was said, by the event of row `?1`.
pub(in crate::sqlite) const DETAILS_OF: &str = "SELECT signed, content, 0 FROM events WHERE seq = ?1
    UNION ALL SELECT substr(details, (?1 & 2047) * 32 + 1, 16), substr(details, (?1 & 2047) * 32 + 17, 16), 0
    FROM identities WHERE segment = ?1 >> 11 LIMIT 1";

/// A segment as it is written. A row without an identity of its own, a revision's, has zeros.
pub(super) struct Packed {
    pub(super) digests: Vec<u8>,
    pub(super) details: Vec<u8>,
}

pub(super) fn pack(identities: impl Iterator<Item = Identity>) -> Packed {
    let mut packed = Packed { digests: vec![0; DIGEST << SHIFT], details: vec![0; DETAILS << SHIFT] };
    for Identity { seq, id, signed, content } in identities {
        let slot = slot(seq);
        packed.digests[slot * DIGEST..][..DIGEST].copy_from_slice(id.as_bytes());
        let details = &mut packed.details[slot * DETAILS..][..DETAILS];
        details[..DIGEST].copy_from_slice(signed.as_bytes());
        details[DIGEST..].copy_from_slice(content.as_bytes());
    }
    packed
}

/// Every identity behind row `after`, with its row.
pub(in crate::sqlite) fn behind(connection: &Connection, after: i64) -> rusqlite::Result<Vec<(Digest, i64)>> {
    let mut found = Vec::new();
    packed_behind(connection, after, |digest, seq| {
        found.push((digest, seq));
        false
    })?;
    let mut rows = connection.prepare("SELECT id, seq FROM events WHERE seq >= ?1 AND seq > ?2 AND first IS NULL")?;
    let mut rows = rows.query((first_open_row(connection)?, after))?;
    while let Some(row) = rows.next()? {
        found.push((digest(row, 0)?, row.get(1)?));
    }
    Ok(found)
}

/// The row behind `after` that this identity was spent on.
pub(in crate::sqlite) fn find(connection: &Connection, after: i64, id: &Digest) -> rusqlite::Result<Option<i64>> {
    if let Some(seq) = packed_behind(connection, after, |digest, _| digest == *id)? {
        return Ok(Some(seq));
    }
    connection
        .prepare_cached("SELECT seq FROM events WHERE seq >= ?1 AND seq > ?2 AND id = ?3 AND first IS NULL")?
        .query_row((first_open_row(connection)?, after, &id.as_bytes()[..]), |row| row.get(0))
        .optional()
}

/// Shows the packed identities behind row `after` until one is the wanted one; returns its row.
fn packed_behind(
    connection: &Connection,
    after: i64,
    mut is_wanted: impl FnMut(Digest, i64) -> bool,
) -> rusqlite::Result<Option<i64>> {
    let mut segments = connection.prepare_cached("SELECT segment, digests FROM identities WHERE segment >= ?1")?;
    let mut segments = segments.query([of(after)])?;
    while let Some(row) = segments.next()? {
        let first = start(row.get(0)?);
        let (digests, _) = row.get_ref(1)?.as_blob()?.as_chunks::<DIGEST>();
        for (seq, digest) in (first..).zip(digests) {
            if seq > after && *digest != [0; DIGEST] && is_wanted(Digest::from_bytes(*digest), seq) {
                return Ok(Some(seq));
            }
        }
    }
    Ok(None)
}

/// The first row of the open segment.
pub(in crate::sqlite) fn first_open_row(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached(FIRST_OPEN)?.query_row([], |row| row.get(0)).map(start)
}

fn slot(seq: i64) -> usize {
    usize::try_from(seq & (start(1) - 1)).expect("invariant: a few thousand at most")
}
