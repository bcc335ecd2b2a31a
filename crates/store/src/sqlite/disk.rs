//! The disk below the store: room left, and the size of the files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

use super::connect::{beside, folder_of};

/// How old a reading may be. At 50,000 recordings a second of 2 KiB this lets 10 MiB pass the mark, far below any
/// sensible reserve.
const READING_AGE_MAX: Duration = Duration::from_millis(100);

/// Looks at the disk, at most every [`READING_AGE_MAX`].
#[derive(Debug)]
pub(super) struct Disk {
    database: PathBuf,
    log: PathBuf,
    folder: PathBuf,
    read_at: Option<Instant>,
}

/// What was seen. Zeros where the system did not answer, except `free`, which is then unlimited: a missing answer is no
/// reason to refuse money.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) free: u64,
    pub(super) file_bytes: u64,
    pub(super) wal_bytes: u64,
}

impl Disk {
    pub(super) fn of(path: &Path) -> Self {
        Self { database: path.to_owned(), log: beside(path, "-wal"), folder: folder_of(path), read_at: None }
    }

    /// A reading, unless the last one is fresh enough.
    pub(super) fn look(&mut self) -> Option<Reading> {
        let now = Instant::now();
        if self.read_at.is_some_and(|before| now.duration_since(before) < READING_AGE_MAX) {
            return None;
        }
        self.read_at = Some(now);
        Some(Reading { free: free(&self.folder), file_bytes: size(&self.database), wal_bytes: size(&self.log) })
    }
}

/// Free bytes on the disk this folder is on; as unlimited as [`Reading::free`].
pub(super) fn free(folder: &Path) -> u64 {
    rustix::fs::statvfs(folder).map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// The same of the disk that this file is on.
pub(crate) fn free_beside(path: &Path) -> u64 {
    free(&folder_of(path))
}

/// Bytes of a file; none where there is none.
pub(super) fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |meta| meta.len())
}
