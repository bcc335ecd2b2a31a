//! Notes to the next start: what was begun, and may have ended before anybody was told.
//!
//! They are bits of the header's user version, so that one is written in the transaction of what it is about, and one can
//! be written where no connection may be open yet. A copy's mark takes the same four bytes, and is gone before a note comes.

use std::path::{Path, PathBuf};

use payhook_domain::fault::{self, Point};
use payhook_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::backup;
use crate::sqlite::file::schema;

/// A backup was put in place.
pub(super) const CAME: u32 = 1;
/// The schema is about to change.
pub(super) const CHANGING: u32 = 2;
/// It has changed.
pub(super) const CHANGED: u32 = 4;

/// Adds some and takes others away.
pub(super) fn turn(connection: &Connection, add: u32, take: u32) -> rusqlite::Result<()> {
    let notes = (found(connection)? | add) & !take;
    connection.pragma_update(None, "user_version", notes)
}

/// What was left.
pub(super) fn found(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Tells what came of the start so far, or of one that ended before it could tell; then takes the notes away. `removed`:
/// files that lay beside a backup.
pub(super) fn tell(connection: &Connection, path: &Path, removed: &[PathBuf]) -> rusqlite::Result<()> {
    let notes = found(connection)?;
    if notes & CAME != 0 {
        fault::pass(Point::RestoreOpened);
        tell_of_backup(connection, removed)?;
        fault::pass(Point::RestoreTold);
    }
    if notes & CHANGED != 0 {
        let (schema, _) = schema::newest(connection)?;
        let copy = (2..=schema).rev().map(|number| backup::path_before(path, number)).find(|copy| copy.exists());
        let copy = copy.map(|copy| copy.display().to_string());
        tracing::info!(schema, copy, "the schema was changed; the copy of before can be opened by the release before");
    }
    if notes & (CAME | CHANGED) == 0 {
        return Ok(());
    }
    // On a full disk it is told again at the next start.
    let taken = turn(connection, 0, CAME | CHANGED);
    taken.inspect_err(|error| tracing::debug!(%error, "the next start says this again")).or(Ok(()))
}

/// Tells what an earlier try at a change of the schema left, before it is tried anew and the copy `to` is replaced.
pub(super) fn tell_of_earlier_try(connection: &Connection, to: &Path, unfinished: &Path) -> rusqlite::Result<()> {
    let copy = to.display();
    if found(connection)? & CHANGING != 0 {
        tracing::warn!(%copy, "a change of the schema was interrupted and undone; the copy made before it is made anew");
    } else if unfinished.exists() {
        tracing::warn!(%copy, "the copy before a change of the schema was interrupted; it is begun anew");
    } else if to.exists() {
        tracing::warn!(%copy, "a copy of before an earlier change of the schema is there; it is replaced");
    }
    Ok(())
}

/// The one moment at which it is known that what came after the backup is missing.
fn tell_of_backup(connection: &Connection, removed: &[PathBuf]) -> rusqlite::Result<()> {
    let newest = "SELECT received_at FROM notifications ORDER BY id DESC LIMIT 1";
    let newest: Option<i64> = connection.query_row(newest, [], |row| row.get(0)).optional()?;
    let newest = newest.map(|at| Timestamp::from_micros(at).to_string());
    let removed: Vec<_> = removed.iter().map(|path| path.display().to_string()).collect();
    tracing::warn!(
        last_received_at = newest,
        removed = removed.join(", "),
        "a backup was put in place; what was acknowledged after it is not in it, and comes again only if it is sent again"
    );
    Ok(())
}
