//! Moving the log into the database without anyone noticing.
//!
//! Left to itself SQLite does it inside a commit, which then takes 5 to 35 ms. Here a thread of its own copies what the
//! log holds while the writer goes on, again and again until little is left; the writer copies that little between two
//! batches, and so finds the whole log copied and begins it anew. Were the thread to do it all, the log would never
//! end: there is always one commit more.
//!
//! SQLite syncs the database only when the whole log is copied, which is in the writer's part, and that sync would wait
//! for the pages of every round. So the thread syncs after each of its own rounds, through a handle of its own.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, ErrorCode, Statement};

use super::connect;
use super::trust::Trust;

/// Pages in the log at which the copying begins: 16 MiB.
const FRAMES_MANY: i64 = 2_048;
/// Pages so few that the writer may copy them itself: about a millisecond.
const FRAMES_FEW: i64 = 128;
/// Most rounds of copying while the writer goes on; each leaves about a third of the one before.
const ROUNDS_MAX: u32 = 4;
/// Commits between two looks at the log's length.
const COMMITS_PER_LOOK: u32 = 8;

/// The copying thread.
pub(in crate::sqlite) struct Checkpointer {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Desk {
    stage: Mutex<Stage>,
    changed: Condvar,
}

/// How far a round of copying is.
#[derive(Default)]
enum Stage {
    #[default]
    Idle,
    Wanted,
    /// Little is left for the writer, or it went wrong.
    Copied(rusqlite::Result<()>),
    Closing,
}

impl Checkpointer {
    /// Without `trust` nothing is synced.
    pub(in crate::sqlite) fn start(path: &Path, trust: Option<Arc<Trust>>) -> rusqlite::Result<std::io::Result<Self>> {
        let connection = connect::copier(path, trust.is_some())?;
        let desk = Arc::new(Desk::default());
        let at_desk = desk.clone();
        let thread = thread::Builder::new().name("store-checkpoint".to_owned());
        let thread = thread.spawn(move || at_desk.serve(&connection, trust.as_deref()));
        Ok(thread.map(|thread| Self { desk, thread: Some(thread) }))
    }
}

/// Waits for the round under way, so that the connection is closed when this returns.
impl Drop for Checkpointer {
    fn drop(&mut self) {
        *self.desk.lock() = Stage::Closing;
        self.desk.changed.notify_one();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the store's copying thread had panicked");
        }
    }
}

impl Desk {
    fn serve(&self, connection: &Connection, trust: Option<&Trust>) {
        loop {
            let mut stage = self.lock();
            while !matches!(*stage, Stage::Wanted | Stage::Closing) {
                stage = self.changed.wait(stage).unwrap_or_else(PoisonError::into_inner);
            }
            if matches!(*stage, Stage::Closing) {
                return;
            }
            drop(stage);
            let copied = rounds(connection, trust);
            let mut stage = self.lock();
            if matches!(*stage, Stage::Wanted) {
                *stage = Stage::Copied(copied);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn rounds(connection: &Connection, trust: Option<&Trust>) -> rusqlite::Result<()> {
    let mut copy = connection.prepare_cached(PASSIVE)?;
    let mut look = connection.prepare_cached(NOOP)?;
    for _ in 0..ROUNDS_MAX {
        left(&mut copy)?;
        trust.map_or(Ok(()), Trust::sync)?;
        if left(&mut look)? <= FRAMES_FEW {
            break;
        }
    }
    Ok(())
}

const PASSIVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";
/// Copies nothing; tells how long the log is and how much of it is copied.
pub(in crate::sqlite) const NOOP: &str = "PRAGMA wal_checkpoint(NOOP)";

/// Pages of the log not yet in the database, after the checkpoint that this statement makes.
fn left(checkpoint: &mut Statement<'_>) -> rusqlite::Result<i64> {
    checkpoint.query_row([], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))
}

/// The writer's part of it.
pub(in crate::sqlite) struct Log<'c> {
    look: Statement<'c>,
    finish: Statement<'c>,
    commits: u32,
}

impl<'c> Log<'c> {
    pub(in crate::sqlite) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self { look: connection.prepare(NOOP)?, finish: connection.prepare(PASSIVE)?, commits: 0 })
    }

    /// After a commit: asks for copying when the log is long, and ends it when little is left.
    pub(in crate::sqlite) fn committed(&mut self, checkpointer: &Checkpointer) -> rusqlite::Result<()> {
        self.commits += 1;
        let mut stage = checkpointer.desk.lock();
        match std::mem::take(&mut *stage) {
            Stage::Copied(copied) => {
                drop(stage);
                unless_full(copied.and_then(|()| self.end()))
            }
            Stage::Idle if self.commits >= COMMITS_PER_LOOK => {
                self.commits = 0;
                if left(&mut self.look)? >= FRAMES_MANY {
                    *stage = Stage::Wanted;
                    checkpointer.desk.changed.notify_one();
                }
                Ok(())
            }
            other => {
                *stage = other;
                Ok(())
            }
        }
    }
}

impl Log<'_> {
    /// Copies the little that is left. Where it is not little, a reader that stays at one moment, a backup, kept the thread
    /// from copying: when that one ends just now, all that was written meanwhile would be copied here, on the answer's path.
    fn end(&mut self) -> rusqlite::Result<()> {
        if left(&mut self.look)? < FRAMES_MANY {
            left(&mut self.finish)?;
        }
        Ok(())
    }
}

/// A disk too full for the copy is no reason to stop: what is in the log is safe there. When it is too full for the log,
/// commits will say so.
fn unless_full(copied: rusqlite::Result<()>) -> rusqlite::Result<()> {
    match copied {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => Ok(()),
        copied => copied,
    }
}
