//! Identities: what was ever seen, and under which row. Found through an index in [`Runs`].

use payhook_domain::identity::Digest;
use rusqlite::{Connection, Row, Statement};

use super::rows::digest;
use super::runs::{self, Indexed, Runs};
use super::tally::Changes;

/// What the table knows of an event.
pub(super) struct Known {
    /// The row first recorded.
    pub(super) seq: i64,
    /// Of the version now held to be true.
    pub(super) signed: Digest,
    /// Likewise.
    pub(super) content: Digest,
    /// Revisions and conflicts so far.
    pub(super) revisions: u32,
}

/// Finds and writes identities.
pub(super) struct Identities<'c> {
    pub(super) runs: Runs<'c>,
    insert: Statement<'c>,
    known: Statement<'c>,
    hold_true: Statement<'c>,
    count_revision: Statement<'c>,
}

impl<'c> Identities<'c> {
    pub(super) fn load(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            runs: Runs::load(Indexed::Identities, connection)?,
            insert: connection.prepare(
                "INSERT INTO identities (event, digest, signed, content, revisions) VALUES (?1, ?2, ?3, ?4, 0)",
            )?,
            known: connection.prepare("SELECT event, signed, content, revisions FROM identities WHERE event = ?1")?,
            hold_true: connection.prepare("UPDATE identities SET signed = ?2, content = ?3 WHERE event = ?1")?,
            count_revision: connection.prepare("UPDATE identities SET revisions = revisions + 1 WHERE event = ?1")?,
        })
    }

    /// What is known of this identity.
    pub(super) fn find(&mut self, id: &Digest) -> rusqlite::Result<Option<Known>> {
        match self.runs.find(id)? {
            Some(seq) => self.known.query_row([seq], known).map(Some),
            None => Ok(None),
        }
    }

    /// Spends the identity on this row.
    pub(super) fn claim(
        &mut self,
        id: &Digest,
        seq: i64,
        signed: &Digest,
        content: &Digest,
        changes: &mut Changes,
    ) -> rusqlite::Result<()> {
        self.insert.execute((seq, &id.as_bytes()[..], &signed.as_bytes()[..], &content.as_bytes()[..]))?;
        self.runs.claim(id, seq, changes);
        Ok(())
    }

    /// From now on this version is the true one: its repeats are duplicates, other details are revisions of it.
    pub(super) fn hold_true(&mut self, seq: i64, signed: &Digest, content: &Digest) -> rusqlite::Result<()> {
        self.hold_true.execute((seq, &signed.as_bytes()[..], &content.as_bytes()[..])).map(drop)
    }

    pub(super) fn count_revision(&mut self, seq: i64) -> rusqlite::Result<()> {
        self.count_revision.execute([seq]).map(drop)
    }
}

/// The row an identity was spent on, read without the writer's memory.
pub(super) fn row_of(connection: &Connection, id: &Digest) -> rusqlite::Result<Option<i64>> {
    runs::row_of(connection, Indexed::Identities, id)
}

fn known(row: &Row<'_>) -> rusqlite::Result<Known> {
    Ok(Known { seq: row.get(0)?, signed: digest(row, 1)?, content: digest(row, 2)?, revisions: row.get(3)? })
}
