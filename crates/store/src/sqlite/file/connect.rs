//! Connections to the file: its modes, its lock, its pragmas.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::open::OpenError;

/// Bytes of pages kept by the writer's connection and by each reading one.
const WRITER_CACHE_KIB: u32 = 4 * 1024;
const READER_CACHE_KIB: u32 = 2 * 1024;

/// Bytes of its log's file that are kept for use again; a burst may make it longer.
const LOG_BYTES_KEPT: u32 = 64 << 20;

/// Bytes of a page, of a file made now. A commit rewrites the last page of each table, and each page is two writes to the
/// log: twice the usual size is a third fewer of them.
const PAGE_BYTES: u32 = 8 * 1024;

/// Has a file made now keep a map of its pages, without which none could be given back (`retention/pages`). It cannot be
/// begun later.
const KEEPS_A_MAP: &str = "PRAGMA auto_vacuum = INCREMENTAL";

/// How long a connection waits for another program's lock before it gives up. Ours never wait for each other.
const BUSY_MS: u32 = 1_000;

/// The file beside `path` with `suffix` added to its name: `payhook.db-wal`.
pub(in crate::sqlite) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The folder a file is in.
#[must_use]
pub fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// Takes the database for this process until the file handle is dropped. The lock is on a file of its own: SQLite's
/// locks on the database are per process and vanish when any handle on it is closed.
pub(in crate::sqlite) fn lock(path: &Path) -> Result<File, OpenError> {
    let lock_path = beside(path, ".lock");
    let lock = private_file(&lock_path)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenError::Io { path: lock_path, error }),
    }
}

/// Makes the database's file if there is none, readable by its owner alone. SQLite gives its side files the same mode.
///
/// The handle is to be closed after the last connection: closing it drops this process's locks on the database, and
/// another program that looks into it would then take the log for abandoned.
pub(in crate::sqlite) fn make(path: &Path) -> Result<File, OpenError> {
    private_file(path)
}

fn private_file(path: &Path) -> Result<File, OpenError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|error| OpenError::Io { path: path.to_owned(), error })
}

/// The one connection that writes.
pub(in crate::sqlite) fn writer(path: &Path, sync: bool) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, writing())?;
    connection.execute_batch(&format!("PRAGMA busy_timeout = {BUSY_MS}; PRAGMA page_size = {PAGE_BYTES};"))?;
    if is_new(&connection)? {
        connection.execute_batch(KEEPS_A_MAP)?;
    }
    connection.execute_batch(&format!(
        "PRAGMA foreign_keys = OFF;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = {};
         PRAGMA cache_size = -{WRITER_CACHE_KIB};
         PRAGMA wal_autocheckpoint = 0;
         PRAGMA journal_size_limit = {LOG_BYTES_KEPT};
         PRAGMA temp_store = MEMORY;",
        synchronous(sync)
    ))?;
    Ok(connection)
}

/// Whether nothing was ever written to the file.
fn is_new(connection: &Connection) -> rusqlite::Result<bool> {
    connection.pragma_query_value(None, "page_count", |row| row.get::<_, i64>(0)).map(|pages| pages == 0)
}

/// The connection that copies the log into the database beside the writer.
pub(in crate::sqlite) fn copier(path: &Path, sync: bool) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, writing())?;
    connection.execute_batch(&format!(
        "PRAGMA busy_timeout = {BUSY_MS}; PRAGMA synchronous = {}; PRAGMA cache_size = -64;",
        synchronous(sync)
    ))?;
    Ok(connection)
}

fn writing() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE
}

const fn synchronous(sync: bool) -> &'static str {
    if sync { "FULL" } else { "OFF" }
}

/// Copies the whole log into the database, syncs it, and empties the log. Fails when a reader is in the way.
///
/// Done before the first commit after a start, and after an input or output error: the page cache may then show frames
/// that the disk never got and that no later sync would write. The copy writes them anew, so nothing is believed only
/// because it can be read. What SQLite takes for copied it leaves out: [`Trust`](super::trust::Trust) sees to that.
pub(in crate::sqlite) fn settle_log(connection: &Connection) -> rusqlite::Result<()> {
    let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
        return Err(rusqlite::Error::SqliteFailure(code, Some("the log is being read".to_owned())));
    }
    Ok(())
}

/// A connection that only reads.
pub(in crate::sqlite) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.execute_batch(&format!(
        "PRAGMA busy_timeout = {BUSY_MS};
         PRAGMA query_only = ON;
         PRAGMA cache_size = -{READER_CACHE_KIB};"
    ))?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// A connection that reads a file nobody writes, a backup above all: it looks for no log, takes no lock and leaves nothing
/// beside the file.
pub(in crate::sqlite) fn at_rest(path: &Path) -> rusqlite::Result<Connection> {
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => uri.push(char::from(*byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(uri, flags)
}

/// A connection that reads whatever is there and changes nothing: a backup, a store at rest, or one that runs or crashed
/// and has a log. For processes that have the store not open: looking into the file drops their locks on it.
pub(in crate::sqlite) fn looker(path: &Path) -> rusqlite::Result<Connection> {
    let has_log = beside(path, "-shm").exists() || beside(path, "-wal").metadata().is_ok_and(|log| log.len() > 0);
    let marked = crate::sqlite::backup::is_marked(path).unwrap_or(false);
    if has_log && !marked { reader(path) } else { at_rest(path) }
}
