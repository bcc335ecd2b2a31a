//! From an order to a copy that is whole, verified and under its name.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use payhook_domain::fault::{self, Point};
use rusqlite::Connection;
use tokio::time::Instant;

use super::copy::copy;
use super::mark;
use super::room::Room;
use super::unfinished::Unfinished;
use super::verify::verify;
use crate::sqlite::file::connect::{self, beside};
use crate::sqlite::file::schema;
use crate::{Backup, BackupError, BackupOrder, BackupProgress, OpenError};

/// Copies the store at `database`, whether or not a gateway has it open. Blocks its thread, and makes that the least of
/// the process's for the processor; give it one of its own.
pub(crate) fn run(database: &Path, order: &BackupOrder, progress: &BackupProgress) -> Result<Backup, BackupError> {
    let engine = |error: rusqlite::Error| BackupError::Engine { path: database.to_owned(), message: error.to_string() };
    step_back();
    let source = connect::reader(database).map_err(engine)?;
    if !schema::is_ours(&source).map_err(engine)? {
        return Err(OpenError::Foreign(database.to_owned()).into());
    }
    from(&source, database, order, progress)
}

/// Copies the file beside itself before migration `number` changes it; tells where to. An older copy of that name was
/// left behind when the migration was tried before, or after going back: it is replaced.
pub(in crate::sqlite) fn before_migration(
    source: &Connection,
    database: &Path,
    number: u32,
) -> Result<PathBuf, BackupError> {
    let to = path_before(database, number);
    let order = BackupOrder { to, replace: true, rests: false, reserve_bytes: 0 };
    from(source, database, &order, &BackupProgress::default()).map(|backup| backup.path)
}

/// Where the copy before migration `number` is put: `payhook.db.before-2`.
pub(in crate::sqlite) fn path_before(database: &Path, number: u32) -> PathBuf {
    beside(database, &format!(".before-{number}"))
}

fn from(
    source: &Connection,
    database: &Path,
    order: &BackupOrder,
    progress: &BackupProgress,
) -> Result<Backup, BackupError> {
    let engine = |error: rusqlite::Error| BackupError::Engine { path: database.to_owned(), message: error.to_string() };
    let since = Instant::now();
    if same_file(database, &order.to) {
        return Err(BackupError::NotABackup(order.to.clone()));
    }
    let (schema, _) = schema::newest(source).map_err(engine)?;
    let unfinished = Unfinished::begin(&order.to, order.replace)?;
    let room = Room::new(database, &order.to, order.reserve_bytes);
    copy(source, &unfinished, order.rests, &room, progress)?;
    fault::pass(Point::BackupCopied);
    progress.verifying.store(true, Ordering::Relaxed);
    let io = |error| BackupError::Io { path: unfinished.path.clone(), error };
    mark::mark(&unfinished.file).map_err(io)?;
    fault::pass(Point::BackupMarked);
    let sound = verify(&unfinished.path, schema, order.rests)?;
    fault::pass(Point::BackupVerified);
    let bytes = unfinished.file.metadata().map_err(io)?.len();
    if progress.is_cancelled() {
        return Err(BackupError::Stopped);
    }
    unfinished.finish()?;
    let took: Duration = since.elapsed();
    let (notifications, events) = (sound.notifications, sound.events);
    Ok(Backup { path: order.to.clone(), bytes, notifications, events, schema: sound.schema, took })
}

/// Known without looking into either, which would drop this process's locks on the store.
fn same_file(one: &Path, other: &Path) -> bool {
    let known = |path: &Path| path.metadata().ok().map(|meta| (meta.dev(), meta.ino()));
    known(one).is_some_and(|one| known(other) == Some(one))
}

/// On Linux this is the thread's own; elsewhere nothing is done, since it would be the process's.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, 19) {
        tracing::debug!(%error, "the copy runs with the priority of everything else");
    }
}
