//! A file asked for its events, without a store around it: a backup, or what was left of a store.

use std::path::Path;

use payhook_domain::id::EventId;
use payhook_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::sqlite::names::Kinds;
use crate::sqlite::{connect, identities, names, queries, real_or_as_given, schema};
use crate::{EventFilter, Name, OpenError, Page, PageRequest, StoredEvent};

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

    /// How often this event came again with other details, as far as the file knows; nothing when it does not know the
    /// event at all. Identities outlive the events, so one that retention removed is known still.
    ///
    /// # Errors
    /// What the engine says.
    pub fn revisions(&self, id: EventId) -> Result<Option<u32>, String> {
        let read = || {
            let Some(row) = identities::row_of(&self.connection, &id.0)? else { return Ok(None) };
            let mut revisions = self.connection.prepare_cached("SELECT revisions FROM versions WHERE event = ?1")?;
            let revisions = revisions.query_row([row], |row| row.get(0)).optional()?;
            Ok(Some(revisions.unwrap_or(0)))
        };
        read().map_err(|error: rusqlite::Error| error.to_string())
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

    /// Every name in it.
    ///
    /// # Errors
    /// What the engine says.
    pub fn names(&self) -> Result<Vec<Name>, String> {
        names::all(&self.connection).map_err(|error| error.to_string())
    }
}
