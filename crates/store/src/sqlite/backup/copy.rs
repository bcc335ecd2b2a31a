//! Copying the pages, in steps, as of one moment.
//!
//! SQLite's backup of pages, from a connection that holds one read transaction from the first page to the last: without
//! that the copy would begin again with every commit and never end. The writer waits for nothing; but the log cannot be
//! emptied meanwhile and grows with what is written, so its length is what ends the rests, and in the end the copy.
//! `VACUUM INTO` holds the log as long and costs more: it builds every table and index anew, row by row, and has no steps.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread;

use payhook_domain::fault::{self, Point};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use tokio::time::Instant;

use super::room::{Haste, Room};
use super::unfinished::Unfinished;
use crate::{BackupError, BackupProgress};

/// Bytes copied and synced in one step. Whoever syncs the log beside it waits for no more than these: 2 to 4 ms. With a
/// quarter of it that is about a millisecond, but the copy takes so much longer that the log behind it has grown by tens
/// of megabytes, and copying those stops everybody for 80 ms.
const STEP_BYTES: u64 = 256 << 10;
/// How much longer it rests than a step took. A gigabyte takes less than a minute so.
const REST_TIMES: u32 = 4;

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
    progress.total.store(pages * page_bytes, Ordering::Relaxed);
    let mut target = target(&to.path).map_err(engine)?;
    let steps = Backup::new(&moment, &mut target).map_err(engine)?;
    let pages_per_step = i32::try_from((STEP_BYTES / page_bytes).max(1)).unwrap_or(i32::MAX);
    loop {
        if progress.is_cancelled() {
            return Err(BackupError::Stopped);
        }
        let haste = room.look()?;
        let since = Instant::now();
        let step = steps.step(pages_per_step).map_err(engine)?;
        to.file.sync_data().map_err(|error| BackupError::Io { path: to.path.clone(), error })?;
        let left = u64::try_from(steps.progress().remaining).unwrap_or(0);
        progress.copied.store((pages.saturating_sub(left)) * page_bytes, Ordering::Relaxed);
        fault::pass(Point::BackupStep);
        if step == StepResult::Done {
            return Ok(());
        }
        if rests && haste == Haste::None {
            thread::sleep(since.elapsed() * REST_TIMES);
        }
    }
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
