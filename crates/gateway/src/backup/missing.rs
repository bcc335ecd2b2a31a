//! What a store has that a file has not: what was acknowledged after a backup.

use std::path::Path;

use payhook_domain::id::EventId;
use payhook_domain::time::Timestamp;
use payhook_store::{Archive, NameKind, OpenError};
use serde_json::Value;

use crate::api::event_view;
use crate::names::NameBook;

/// A file that is asked what it knows.
pub struct Known(Archive);

impl Known {
    /// Opens it; nothing in it changes.
    ///
    /// # Errors
    /// When it is no store this release can read.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Archive::open(path).map(Self)
    }

    /// Whether the file lacks this event, as the API shows one: the event itself, or this revision of it.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn lacks(&self, event: &Value) -> Result<bool, String> {
        let id: Option<EventId> = event["id"].as_str().and_then(|id| id.parse().ok());
        let id = id.ok_or("what was to be looked for is no event")?;
        let revision = event["revision"].as_u64().unwrap_or_default();
        Ok(self.0.revisions(id)?.is_none_or(|known| revision > u64::from(known)))
    }
}

/// The events of a file received at or after `since`, as the API shows them, newest first; each page to `take`.
///
/// # Errors
/// When the file cannot be read, and what `take` says.
pub fn each_page<E: From<String>>(
    path: &Path,
    since: Timestamp,
    mut take: impl FnMut(Vec<Value>) -> Result<(), E>,
) -> Result<(), E> {
    let archive = Archive::open(path).map_err(|error| error.to_string())?;
    let names = NameBook::default();
    names.learn(archive.names()?);
    let mut from = None;
    loop {
        let page = archive.events(since, from)?;
        let name = |kind: NameKind, id| names.name(kind, id);
        take(page.rows.iter().map(|row| event_view(row, name)).collect())?;
        match page.next {
            None => return Ok(()),
            next => from = next,
        }
    }
}
