//! A file asked for its events, without a store around it: a backup, or what was left of a store.

use std::path::Path;

use payhook_domain::id::{EventId, NameId};
use payhook_domain::identity::Digest;
use payhook_domain::time::Timestamp;
use rusqlite::Connection;

use crate::sqlite::file::{connect, schema};
use crate::sqlite::names::Kinds;
use crate::sqlite::recording::identities;
use crate::sqlite::{names, queries, real_or_as_given};
use crate::{EventFilter, Name, OpenError, Page, PageRequest, StoredEvent, Tallies};

/// A file that is only read. Nothing beside it is made or changed when it is a backup.
pub struct Archive {
    connection: Connection,
    kinds: Kinds,
}

impl Archive {
    /// Opens it.
    ///
    /// # Errors
    /// When it is not there, no store of ours, or of a schema this release cannot read.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let path = real_or_as_given(path);
        let engine = |error: rusqlite::Error| OpenError::engine(&path, &error);
        schema::inspect(&path)?;
        let connection = connect::looker(&path).map_err(engine)?;
        let kinds = Kinds::known(&connection).map_err(engine)?;
        Ok(Self { connection, kinds })
    }

    /// Whether the file knows that this event said this: what came again would be a duplicate. How often an event came with
    /// other details tells nothing of that, since each of two files may have heard of another change. Of an event whose rows
    /// retention has removed, what is held true is known still.
    ///
    /// # Errors
    /// What the engine says.
    pub fn knows(&self, id: EventId, content: &Digest) -> Result<bool, String> {
        let known = || match identities::row_of(&self.connection, &id.0)? {
            Some(first) => identities::says(&self.connection, first, content),
            None => Ok(false),
        };
        known().map_err(|error: rusqlite::Error| error.to_string())
    }

    /// A page of the event rows received at or after `since`, newest first; `from` is the `next` of the page before.
    ///
    /// # Errors
    /// What the engine says.
    pub fn events(&self, since: Timestamp, from: Option<String>) -> Result<Page<StoredEvent>, String> {
        let filter = EventFilter { since: Some(since), ..EventFilter::default() };
        let page = PageRequest { limit: PageRequest::LIMIT_MAX, from };
        queries::list_events(&self.connection, &self.kinds, &filter, &page).map_err(|error| error.to_string())
    }

    /// The provider of this source's newest event; nothing when it has none. Looks until it finds one.
    ///
    /// # Errors
    /// What the engine says.
    pub fn provider_of(&self, source: NameId) -> Result<Option<NameId>, String> {
        let filter = EventFilter { source: Some(source), ..EventFilter::default() };
        let mut from = None;
        loop {
            let page = PageRequest { limit: 1, from };
            let found = queries::list_events(&self.connection, &self.kinds, &filter, &page);
            let found = found.map_err(|error| error.to_string())?;
            match (found.rows.first(), found.next) {
                (None, next @ Some(_)) => from = next,
                (row, _) => return Ok(row.map(|row| row.provider)),
            }
        }
    }

    /// The exact counts.
    ///
    /// # Errors
    /// What the engine says.
    pub fn tallies(&self) -> Result<Tallies, String> {
        queries::tallies(&self.connection).map_err(|error| error.to_string())
    }

    /// Every name in it.
    ///
    /// # Errors
    /// What the engine says.
    pub fn names(&self) -> Result<Vec<Name>, String> {
        names::all(&self.connection).map_err(|error| error.to_string())
    }
}
