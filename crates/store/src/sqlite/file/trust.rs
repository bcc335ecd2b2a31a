//! What of the files may be believed: after a sync that failed, nothing that the page cache alone may hold.
//!
//! The kernel marks the pages of a failed sync as clean. It shows them on, but the disk does not have them, and no later
//! sync writes them: only writing them again does. What was copied from the log into the database is then in the log
//! alone, and that may be emptied only when all of it is copied again.
//!
//! SQLite would not: the log's index notes how many frames are copied, whether the database was synced or not, and the next
//! copying begins behind them. So the note is set back to none, through the index's file, which the kernel keeps the same
//! as SQLite's view of it. No reader minds: one that reads the database alone keeps everybody from copying until it ends,
//! and to all others the pages are written as they show.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;

use super::checkpoint::NOOP;
use super::{connect, fault};

/// Where the index notes how many frames are copied: `nBackfill` in <https://sqlite.org/walformat.html>, four bytes.
const COPIED_AT: u64 = 96;

/// The store's files as far as syncing them goes, and whether one has failed.
///
/// To be dropped after the last connection is closed: closing a handle drops this process's locks on the file, and another
/// program that looks into it would then take the log for abandoned.
pub(in crate::sqlite) struct Trust {
    database: File,
    index_path: PathBuf,
    /// Opened when it is first needed. While a connection is open, it is the same file.
    index: OnceLock<File>,
    doubted: AtomicBool,
}

impl Trust {
    /// Of the database at `path`, with a handle to it. Doubted at first: nobody knows what happened before.
    pub(in crate::sqlite) fn new(path: &Path, database: File) -> Self {
        let index_path = connect::beside(path, "-shm");
        Self { database, index_path, index: OnceLock::new(), doubted: AtomicBool::new(true) }
    }

    /// Syncs the database. A failure is doubted here, since nobody may be left to hear of it.
    pub(in crate::sqlite) fn sync(&self) -> rusqlite::Result<()> {
        self.database.sync_data().map_err(|error| {
            self.doubt();
            fault::sync_failed(&error)
        })
    }

    /// From now on the page cache may show what the disk does not have.
    pub(in crate::sqlite) fn doubt(&self) {
        self.doubted.store(true, Ordering::Relaxed);
    }

    /// Whether it may. What the copying thread found is known when that has ended.
    pub(in crate::sqlite) fn is_doubted(&self) -> bool {
        self.doubted.load(Ordering::Relaxed)
    }

    /// Empties the log into the database; all of it, when there is doubt. Not while the copying thread runs.
    pub(in crate::sqlite) fn settle(&self, connection: &Connection) -> rusqlite::Result<()> {
        if self.is_doubted() {
            self.begin_anew(connection)?;
        }
        connect::settle_log(connection)?;
        self.doubted.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Has the next copying begin with the log's first frame.
    fn begin_anew(&self, connection: &Connection) -> rusqlite::Result<()> {
        if copied(connection)? == 0 {
            return Ok(());
        }
        self.index().and_then(|index| index.write_all_at(&[0; 4], COPIED_AT)).map_err(|e| fault::index_failed(&e))?;
        // Asked back, since what was acknowledged depends on it: a file system might keep the view apart.
        match copied(connection)? {
            0 => Ok(()),
            _ => Err(fault::index_failed(&std::io::Error::other("what was written to it is not seen"))),
        }
    }

    fn index(&self) -> std::io::Result<&File> {
        if let Some(index) = self.index.get() {
            return Ok(index);
        }
        let index = OpenOptions::new().write(true).open(&self.index_path)?;
        Ok(self.index.get_or_init(|| index))
    }
}

/// How many frames of the log SQLite takes for copied.
fn copied(connection: &Connection) -> rusqlite::Result<i64> {
    // Less than none while there is no log.
    connection.query_row(NOOP, [], |row| row.get(2)).map(|frames: i64| frames.max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: i64 = 200;

    /// Copies rows from the log into the database, loses them there as a disk does, empties the log, and counts the rows in
    /// a copy of the database alone.
    fn rows_left(doubts: bool) -> rusqlite::Result<i64> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("payhook.db");
        let trust = Trust::new(&path, connect::make(&path).expect("made"));
        let writer = connect::writer(&path, true)?;
        writer.execute_batch("CREATE TABLE rows (n INTEGER PRIMARY KEY, filling BLOB)")?;
        trust.settle(&writer)?;
        let on_disk = std::fs::read(&path).expect("read");

        let insert = |n: i64| writer.execute("INSERT INTO rows VALUES (?1, randomblob(3000))", [n]);
        (1..ROWS).try_for_each(|n| insert(n).map(drop))?;
        let reader = connect::reader(&path)?;
        reader.execute_batch("BEGIN; SELECT * FROM rows LIMIT 1")?;
        insert(ROWS)?;
        // The reader keeps it from copying the last row, and so from syncing.
        let (log, copied): (i64, i64) =
            writer.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| Ok((row.get(1)?, row.get(2)?)))?;
        assert!(copied > 100 && copied < log, "{copied} of {log}");
        reader.execute_batch("COMMIT")?;

        trust
            .database
            .write_all_at(&on_disk, 0)
            .and_then(|()| trust.database.set_len(on_disk.len() as u64))
            .expect("lost");
        if doubts {
            trust.doubt();
        }
        trust.settle(&writer)?;
        assert_eq!(connect::beside(&path, "-wal").metadata().expect("a log").len(), 0);
        assert!(!trust.is_doubted());

        let copy = folder.path().join("copy.db");
        std::fs::copy(&path, &copy).expect("copied");
        connect::at_rest(&copy)?.query_row("SELECT count(filling) FROM rows", [], |row| row.get(0))
    }

    #[test]
    fn in_doubt_all_of_the_log_is_copied_again() {
        assert_eq!(rows_left(true).expect("rows"), ROWS);
    }

    #[test]
    fn without_doubt_what_was_copied_is_not_copied_again() {
        assert_ne!(rows_left(false).ok(), Some(ROWS), "the loss takes nothing: the test above proves nothing");
    }

    #[test]
    fn a_reader_of_the_database_alone_only_delays_the_copying() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("payhook.db");
        let trust = Trust::new(&path, connect::make(&path).expect("made"));
        let writer = connect::writer(&path, true).expect("opened");
        writer.execute_batch("CREATE TABLE rows (n); INSERT INTO rows VALUES (1)").expect("written");
        writer.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).expect("all of it copied");
        let reader = connect::reader(&path).expect("opened");
        let rows = || reader.query_row("SELECT count(*) FROM rows", [], |row| row.get::<_, i64>(0));
        reader.execute_batch("BEGIN").expect("begun");
        assert_eq!(rows(), Ok(1));

        trust.settle(&writer).expect_err("it is in the way");
        assert!(trust.is_doubted());
        writer.execute_batch("INSERT INTO rows VALUES (2)").expect("written");
        assert_eq!(rows(), Ok(1), "it stays at its moment");
        reader.execute_batch("COMMIT").expect("ended");
        assert_eq!(rows(), Ok(2));
        trust.settle(&writer).expect("nobody is in the way");
        assert_eq!(rows(), Ok(2));
    }

    #[test]
    fn a_sync_that_fails_is_doubted_by_itself() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("payhook.db");
        connect::make(&path).expect("made");
        // A device that cannot be synced.
        let trust = Trust::new(&path, File::open("/dev/null").expect("opened"));
        trust.settle(&connect::writer(&path, true).expect("opened")).expect("settled");
        assert!(!trust.is_doubted());
        let error = trust.sync().expect_err("it fails");
        assert!(fault::distrusts_log(&error) && trust.is_doubted(), "{error}");
    }
}
