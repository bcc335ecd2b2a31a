//! What a store has that a file has not: what was acknowledged after a backup.

use std::path::Path;

use payhook_domain::id::{ContentId, EventId};
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

    /// Whether the file lacks this event, as the API shows one: the event itself, or what this row of it says.
    ///
    /// # Errors
    /// When the file cannot be read, or the row comes from a gateway that does not tell the contents of events.
    pub fn lacks(&self, event: &Value) -> Result<bool, String> {
        let id: Option<EventId> = event["id"].as_str().and_then(|id| id.parse().ok());
        let id = id.ok_or("what was to be looked for is no event")?;
        let content: Option<ContentId> = event["content"].as_str().and_then(|content| content.parse().ok());
        let content = content.ok_or("the gateway that runs is of an older release; restart it with this one")?;
        Ok(!self.0.knows(id, &content.0)?)
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
