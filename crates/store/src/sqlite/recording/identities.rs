//! Identities: what was ever seen, under which row, and which version of it is held to be true.

use payhook_domain::identity::Digest;
use rusqlite::{Connection, OptionalExtension, Row, Statement};

use crate::sqlite::index::runs::{self, Indexed, Runs};
use crate::sqlite::index::segments::identities::DETAILS_OF;
use crate::sqlite::rows::digest;
use crate::sqlite::tally::Changes;

/// What the table knows of an event.
pub(in crate::sqlite) struct Known {
    /// The row first recorded.
    pub(in crate::sqlite) seq: i64,
    /// Of the version now held to be true.
    pub(in crate::sqlite) signed: Digest,
    /// Likewise.
    pub(in crate::sqlite) content: Digest,
    /// Revisions and conflicts so far.
    pub(in crate::sqlite) revisions: u32,
}

/// Finds identities, and keeps those that came again with other details. What a first copy says stands in the event's row,
/// and in its segment when the event is gone.
pub(in crate::sqlite) struct Identities<'c> {
    pub(in crate::sqlite) runs: Runs<'c>,
    version: Statement<'c>,
    details: Statement<'c>,
    begin: Statement<'c>,
    hold_true: Statement<'c>,
    count_revision: Statement<'c>,
}

impl<'c> Identities<'c> {
    pub(in crate::sqlite) fn load(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            runs: Runs::load(Indexed::Identities, connection)?,
            version: connection.prepare("SELECT signed, content, revisions FROM versions WHERE event = ?1")?,
            details: connection.prepare(DETAILS_OF)?,
            begin: connection.prepare(
                "INSERT INTO versions (event, signed, content, revisions) VALUES (?1, ?2, ?3, 0) ON CONFLICT DO NOTHING",
            )?,
            hold_true: connection.prepare("UPDATE versions SET signed = ?2, content = ?3 WHERE event = ?1")?,
            count_revision: connection.prepare("UPDATE versions SET revisions = revisions + 1 WHERE event = ?1")?,
        })
    }

    /// What is known of this identity.
    pub(in crate::sqlite) fn find(&mut self, id: &Digest) -> rusqlite::Result<Option<Known>> {
        match self.runs.find(id)? {
            Some(seq) => self.known(seq).map(Some),
            None => Ok(None),
        }
    }

    fn known(&mut self, seq: i64) -> rusqlite::Result<Known> {
        let read = |row: &Row<'_>| {
            Ok(Known { seq, signed: digest(row, 0)?, content: digest(row, 1)?, revisions: row.get(2)? })
        };
        match self.version.query_row([seq], read).optional()? {
            Some(version) => Ok(version),
            None => self.details.query_row([seq], read),
        }
    }

    /// Spends the identity on this row.
    pub(in crate::sqlite) fn claim(&mut self, id: &Digest, seq: i64, changes: &mut Changes) {
        self.runs.claim(id, seq, changes);
    }

    /// From now on this version is the true one: its repeats are duplicates, other details are revisions of it.
    pub(in crate::sqlite) fn hold_true(&mut self, seq: i64, signed: &Digest, content: &Digest) -> rusqlite::Result<()> {
        let version = (seq, &signed.as_bytes()[..], &content.as_bytes()[..]);
        self.begin.execute(version)?;
        self.hold_true.execute(version).map(drop)
    }

    pub(in crate::sqlite) fn count_revision(&mut self, seq: i64) -> rusqlite::Result<()> {
        let Known { signed, content, .. } = self.known(seq)?;
        self.begin.execute((seq, &signed.as_bytes()[..], &content.as_bytes()[..]))?;
        self.count_revision.execute([seq]).map(drop)
    }
}

/// Whether the event first recorded in this row is known to have said this: in one of its rows, or by what is held true.
pub(in crate::sqlite) fn says(connection: &Connection, first: i64, content: &Digest) -> rusqlite::Result<bool> {
    let row = "SELECT 1 FROM events WHERE seq = ?1 AND content = ?2
               UNION ALL SELECT 1 FROM events WHERE first = ?1 AND content = ?2";
    if connection.prepare_cached(row)?.exists((first, &content.as_bytes()[..]))? {
        return Ok(true);
    }
    let read = |row: &Row<'_>| digest(row, 0);
    let version = connection
        .prepare_cached("SELECT content FROM versions WHERE event = ?1")?
        .query_row([first], read)
        .optional()?;
    let held_true = match version {
        Some(version) => Some(version),
        None => connection.prepare_cached(DETAILS_OF)?.query_row([first], |row| digest(row, 1)).optional()?,
    };
    Ok(held_true.as_ref() == Some(content))
}

/// The row an identity was spent on, read without the writer's memory.
pub(in crate::sqlite) fn row_of(connection: &Connection, id: &Digest) -> rusqlite::Result<Option<i64>> {
    runs::row_of(connection, Indexed::Identities, id)
}
