//! The open segment: what the newest events are found by, in memory until their segment is full.

use payhook_domain::event::Event;
use payhook_domain::identity::Digest;
use rusqlite::{Connection, Row, Statement};

use super::words::{self, Entry};
use super::{identities, of, start};
use crate::sqlite::rows::digest;

/// Notes what events are found by, and writes each segment when it is full.
pub(in crate::sqlite) struct Segments<'c> {
    /// The first segment that is not written.
    open: i64,
    identities: Vec<Identity>,
    words: Vec<Entry>,
    /// Some of what was noted was undone: the rows know better.
    doubted: bool,
    first_open: Statement<'c>,
    rows: Statement<'c>,
    put_identities: Statement<'c>,
    put_words: Statement<'c>,
}

/// An event's own digest, and those of what was signed and of all it says.
pub(super) struct Identity {
    pub(super) seq: i64,
    pub(super) id: Digest,
    pub(super) signed: Digest,
    pub(super) content: Digest,
}

impl<'c> Segments<'c> {
    pub(in crate::sqlite) fn load(connection: &'c Connection) -> rusqlite::Result<Self> {
        let mut segments = Self {
            open: 0,
            identities: Vec::new(),
            words: Vec::new(),
            doubted: false,
            first_open: connection.prepare(identities::FIRST_OPEN)?,
            rows: connection.prepare(
                "SELECT seq, first, id, signed, content, reference, provider_reference, payment
                 FROM events WHERE seq >= ?1",
            )?,
            put_identities: connection
                .prepare("INSERT INTO identities (segment, digests, details) VALUES (?1, ?2, ?3)")?,
            put_words: connection.prepare(
                "INSERT INTO words (id, entries) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET entries = CAST(entries || excluded.entries AS BLOB)",
            )?,
        };
        segments.read_back()?;
        Ok(segments)
    }

    /// An event's row was written, or says something else now. `is_first`: it has an identity of its own.
    pub(in crate::sqlite) fn note(&mut self, seq: i64, event: &Event, is_first: bool) -> rusqlite::Result<()> {
        if self.doubted {
            // The row is among those that are read back.
            self.read_back()?;
            if of(seq) >= self.open {
                return Ok(());
            }
        }
        let words = [&event.reference, &event.provider_reference, &event.payment].map(Option::as_deref);
        if of(seq) < self.open {
            let entries = words::entries(seq, words);
            return entries.into_iter().try_for_each(|entry| self.put(entry.place(), &[entry]));
        }
        if is_first {
            self.identities.push(Identity { seq, id: event.id.0, signed: event.signed, content: event.content });
        }
        self.words.extend(words::entries(seq, words));
        Ok(())
    }

    /// Writes every segment that is full now that `last` was the last row. The last work of a transaction.
    pub(in crate::sqlite) fn follow(&mut self, last: i64) -> rusqlite::Result<bool> {
        let before = self.open;
        while of(last) > self.open {
            if self.doubted {
                self.read_back()?;
                continue;
            }
            self.write()?;
        }
        Ok(self.open > before)
    }

    /// The transaction, or a part of it, was undone.
    pub(in crate::sqlite) fn doubt(&mut self) {
        self.doubted = true;
    }

    fn write(&mut self) -> rusqlite::Result<()> {
        let end = start(self.open + 1);
        let of_segment = self.identities.partition_point(|identity| identity.seq < end);
        let packed = identities::pack(self.identities.drain(..of_segment));
        self.put_identities.execute((self.open, packed.digests, packed.details))?;
        let mut entries: Vec<Entry> = self.words.extract_if(.., |entry| entry.seq < end).collect();
        entries.sort_unstable();
        entries.dedup();
        for drawer in entries.chunk_by(|one, other| one.place() == other.place()) {
            self.put(drawer[0].place(), drawer)?;
        }
        self.open += 1;
        Ok(())
    }

    fn put(&mut self, place: i64, entries: &[Entry]) -> rusqlite::Result<()> {
        self.put_words.execute((place, words::pack(entries))).map(drop)
    }

    /// Notes anew what the rows of the open segment say.
    fn read_back(&mut self) -> rusqlite::Result<()> {
        self.open = self.first_open.query_row([], |row| row.get(0))?;
        self.identities.clear();
        self.words.clear();
        let mut rows = self.rows.query([start(self.open)])?;
        while let Some(row) = rows.next()? {
            let seq = row.get(0)?;
            if row.get::<_, Option<i64>>(1)?.is_none() {
                self.identities.push(identity(seq, row)?);
            }
            let words = [text(row, 5)?, text(row, 6)?, text(row, 7)?];
            self.words.extend(words::entries(seq, words));
        }
        self.doubted = false;
        Ok(())
    }
}

fn identity(seq: i64, row: &Row<'_>) -> rusqlite::Result<Identity> {
    Ok(Identity { seq, id: digest(row, 2)?, signed: digest(row, 3)?, content: digest(row, 4)? })
}

fn text<'r>(row: &'r Row<'_>, index: usize) -> rusqlite::Result<Option<&'r str>> {
    Ok(row.get_ref(index)?.as_str_or_null()?)
}
