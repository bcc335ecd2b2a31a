//! The disk below the store: room left, and the size of the files.

use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

use super::connect::{beside, folder_of};

/// How old a reading may be. At 50,000 recordings a second of 2 KiB this lets 10 MiB pass the mark, far below any
/// sensible reserve.
const READING_AGE_MAX: Duration = Duration::from_millis(100);

/// Looks at the disk, at most every [`READING_AGE_MAX`].
#[derive(Debug)]
pub(in crate::sqlite) struct Disk {
    database: PathBuf,
    log: PathBuf,
    folder: PathBuf,
    read_at: Option<Instant>,
    /// The database as it was first seen.
    held: Option<OwnedFd>,
}

/// What was seen. Zeros where the system did not answer, except `free`, which is then unlimited: a missing answer is no
/// reason to refuse money.
#[derive(Clone, Copy, Debug)]
pub(in crate::sqlite) struct Reading {
    pub(in crate::sqlite) free: u64,
    pub(in crate::sqlite) file_bytes: u64,
    pub(in crate::sqlite) wal_bytes: u64,
    /// Whether another file stands at the database's path by now, or none. What is written to one that was deleted is lost
    /// with the process.
    pub(in crate::sqlite) moved: bool,
}

impl Disk {
    pub(in crate::sqlite) fn of(path: &Path) -> Self {
        Self {
            database: path.to_owned(),
            log: beside(path, "-wal"),
            folder: folder_of(path),
            read_at: None,
            held: None,
        }
    }

    /// A reading, unless the last one is fresh enough.
    pub(in crate::sqlite) fn look(&mut self) -> Option<Reading> {
        let now = Instant::now();
        if self.read_at.is_some_and(|before| now.duration_since(before) < READING_AGE_MAX) {
            return None;
        }
        Some(self.look_now())
    }

    /// A reading of now.
    pub(in crate::sqlite) fn look_now(&mut self) -> Reading {
        self.read_at = Some(Instant::now());
        let database = self.database.metadata();
        if self.held.is_none() {
            self.held = hold(&self.database);
        }
        Reading {
            free: free(&self.folder),
            file_bytes: database.as_ref().map_or(0, Metadata::len),
            wal_bytes: size(&self.log),
            moved: self.held.as_ref().is_some_and(|held| is_elsewhere(held, &database)),
        }
    }
}

/// Holds on to a file's place in the file system and opens nothing: an opened file, when it is closed, would end the
/// engine's locks on it.
#[cfg(target_os = "linux")]
fn hold(path: &Path) -> Option<OwnedFd> {
    use rustix::fs::{Mode, OFlags, open};
    open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok()
}

/// Other systems have no such hold.
#[cfg(not(target_os = "linux"))]
fn hold(_: &Path) -> Option<OwnedFd> {
    None
}

/// Whether its path leads to another file than the one held, or to none. Any other error is no answer.
#[cfg(target_os = "linux")]
fn is_elsewhere(held: &OwnedFd, found: &std::io::Result<Metadata>) -> bool {
    let Ok(held) = rustix::fs::fstat(held) else { return false };
    match found {
        Ok(found) => (found.dev(), found.ino()) != (held.st_dev, held.st_ino),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

#[cfg(not(target_os = "linux"))]
fn is_elsewhere(_: &OwnedFd, _: &std::io::Result<Metadata>) -> bool {
    false
}

/// Free bytes on the disk this folder is on; as unlimited as [`Reading::free`].
pub(in crate::sqlite) fn free(folder: &Path) -> u64 {
    rustix::fs::statvfs(folder).map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// The same of the disk that this file is on.
pub(crate) fn free_beside(path: &Path) -> u64 {
    free(&folder_of(path))
}

/// Bytes of a file; none where there is none.
pub(in crate::sqlite) fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |meta| meta.len())
}
