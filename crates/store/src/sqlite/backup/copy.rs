//! Copying the pages, in steps, as of one moment.
//!
//! SQLite's backup of pages, from a connection that holds one read transaction from the first page to the last: without
//! that the copy would begin again with every commit and never end. The writer waits for nothing; but the log cannot be
//! emptied meanwhile and grows with what is written, so its length is what ends the rests, and in the end the copy.
//! `VACUUM INTO` holds the log as long and costs more: it builds every table and index anew, row by row, and has no steps.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use payhook_domain::fault::{self, Point};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use tokio::time::Instant;

use super::room::{Haste, Room};
use super::unfinished::Unfinished;
use crate::{BackupError, BackupProgress};

/// Bytes copied in one step, and sent to the disk at once: whoever syncs the log beside it waits for no more than these.
const STEP_BYTES: u64 = 64 << 10;
/// How fast it goes when nothing is in haste, in bytes a second: a gigabyte takes less than a minute so.
const PACE: u64 = 20 << 20;
/// After so many bytes it waits until the disk has them, so that a slow disk slows the copy instead of piling it up.
const SYNC_BYTES: u64 = 16 << 20;

/// Copies the database of `source` into the unfinished file.
pub(super) fn copy(
    source: &Connection,
    to: &Unfinished,
    rests: bool,
    room: &Room,
    progress: &BackupProgress,
) -> Result<(), BackupError> {
    let engine = |error: rusqlite::Error| BackupError::Engine { path: to.path.clone(), message: error.to_string() };
    let moment = source.unchecked_transaction().map_err(engine)?;
    let (pages, page_bytes) = extent(&moment).map_err(engine)?;
    room.check(pages * page_bytes)?;
    to.allocate(pages * page_bytes);
    progress.total.store(pages * page_bytes, Ordering::Relaxed);
    let mut target = target(&to.path).map_err(engine)?;
    let steps = Backup::new(&moment, &mut target).map_err(engine)?;
    let pages_per_step = i32::try_from((STEP_BYTES / page_bytes).max(1)).unwrap_or(i32::MAX);
    let mut unsynced = 0;
    loop {
        if progress.is_cancelled() {
            return Err(BackupError::Stopped);
        }
        let haste = room.look()?;
        let since = Instant::now();
        let step = steps.step(pages_per_step).map_err(engine)?;
        unsynced += STEP_BYTES;
        let written = if unsynced < SYNC_BYTES { to.write_out() } else { to.file.sync_data() };
        written.map_err(|error| BackupError::Io { path: to.path.clone(), error })?;
        unsynced %= SYNC_BYTES;
        let left = u64::try_from(steps.progress().remaining).unwrap_or(0);
        progress.copied.store((pages.saturating_sub(left)) * page_bytes, Ordering::Relaxed);
        fault::pass(Point::BackupStep);
        if step == StepResult::Done {
            return Ok(());
        }
        if rests && haste == Haste::None {
            thread::sleep(rest(since.elapsed()));
        }
    }
}

/// How long it rests after a step that took this long: as its pace has it, and never less than the step took.
fn rest(took: Duration) -> Duration {
    let step = Duration::from_secs(1).mul_f64(STEP_BYTES as f64 / PACE as f64);
    step.saturating_sub(took).max(took)
}

/// Pages of the database at this moment, and bytes of each. The first look fixes the moment.
fn extent(moment: &Connection) -> rusqlite::Result<(u64, u64)> {
    moment.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let number = |name| moment.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map(i64::unsigned_abs);
    Ok((number("page_count")?, number("page_size")?))
}

/// A copy that is not whole is thrown away, so nothing of it is kept against a crash.
fn target(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let target = Connection::open_with_flags(path, flags)?;
    target.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -512;")?;
    Ok(target)
}
