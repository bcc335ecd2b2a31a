//! The copy read back: whole, ours, of the schema it was made from, and with as many rows as its own tallies say.

use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use tokio::time::Instant;

use crate::BackupError;
use crate::sqlite::file::{connect, schema};
use crate::sqlite::tally::sort;

/// What a copy holds.
pub(super) struct Sound {
    pub(super) notifications: u64,
    pub(super) events: u64,
    pub(super) schema: u32,
}

/// A table, and the tallies whose sum is the number of its rows. A dead letter that was made again is counted apart.
const COUNTED: [(&str, &[i64]); 4] = [
    ("notifications", &[sort::NOTIFICATIONS]),
    ("events", &[sort::EVENTS]),
    ("deliveries", &[sort::DELIVERIES, sort::RETRIED]),
    ("quarantine", &[sort::QUARANTINED]),
];

/// How long it checks between two rests, and how much longer than that it rests. Without rests the check would keep a
/// processor busy for seconds, and read as fast as the disk gives. With many short ones it would take minutes on a busy
/// machine, where each ends when its turn comes.
const CHECKED_BETWEEN: Duration = Duration::from_millis(1);
const REST_TIMES: u32 = 2;
/// Pages, or steps of a statement, between two looks at the clock.
const STEPS_PER_LOOK: i32 = 64;

/// Reads all of the copy at `path`, made from a file of this schema.
pub(super) fn verify(path: &Path, schema: u32, rests: bool) -> Result<Sound, BackupError> {
    let engine = |error: rusqlite::Error| BackupError::Engine { path: path.to_owned(), message: error.to_string() };
    let mut copy = connect::at_rest(path).map_err(engine)?;
    if rests {
        rest_now_and_then(&mut copy).map_err(engine)?;
    }
    let said: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(engine)?;
    if said != "ok" {
        return Err(BackupError::Unsound(said));
    }
    if !schema::is_ours(&copy).map_err(engine)? {
        return Err(BackupError::Unsound("its header is not payhook's".to_owned()));
    }
    let (found, _) = schema::newest(&copy).map_err(engine)?;
    if found != schema {
        return Err(BackupError::Unsound(format!("it has schema {found}, and the store had {schema}")));
    }
    let mut rows = [0; COUNTED.len()];
    for (rows, (table, sorts)) in rows.iter_mut().zip(COUNTED) {
        *rows = counted(&copy, table, sorts).map_err(engine)??;
    }
    Ok(Sound { notifications: rows[0], events: rows[1], schema })
}

/// SQLite asks now and then whether to go on, and is let go on, after a rest when it is time for one.
fn rest_now_and_then(copy: &mut Connection) -> rusqlite::Result<()> {
    let mut since = Instant::now();
    let rest = move || {
        let checked = since.elapsed();
        if checked >= CHECKED_BETWEEN {
            thread::sleep(checked * REST_TIMES);
            since = Instant::now();
        }
        false
    };
    copy.progress_handler(STEPS_PER_LOOK, Some(rest))
}

fn counted(copy: &Connection, table: &str, sorts: &[i64]) -> rusqlite::Result<Result<u64, BackupError>> {
    // A schema of another release may be without it.
    if !copy.table_exists(None, table)? {
        return Ok(Ok(0));
    }
    let rows: i64 = copy.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
    let mut tally = copy.prepare("SELECT coalesce(sum(count), 0) FROM tallies WHERE sort = ?1")?;
    let mut told = 0;
    for sort in sorts {
        told += tally.query_row([sort], |row| row.get::<_, i64>(0))?;
    }
    if rows == told {
        return Ok(Ok(rows.unsigned_abs()));
    }
    Ok(Err(BackupError::Unsound(format!("it has {rows} rows in {table}, and its tallies say {told}"))))
}
