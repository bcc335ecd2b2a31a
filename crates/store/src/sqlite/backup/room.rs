//! Room on the disks: the copy's, and what must stay free on the store's.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::BackupError;
use crate::sqlite::file::connect::{beside, folder_of};
use crate::sqlite::file::disk;

/// Bytes of log at which a copy stops resting: it holds the log from being emptied, and so should end soon.
const LOG_LONG: u64 = 256 << 20;
/// Bytes of log at which it is given up.
const LOG_TOO_LONG: u64 = 2 << 30;

/// Watches the disks while a copy is made.
pub(super) struct Room {
    log: PathBuf,
    store: PathBuf,
    target: PathBuf,
    /// Whether the copy takes room from the store.
    shared: bool,
    reserve_bytes: u64,
}

/// Whether a copy may rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Haste {
    None,
    Hurry,
}

impl Room {
    pub(super) fn new(database: &Path, to: &Path, reserve_bytes: u64) -> Self {
        let (store, target) = (folder_of(database), folder_of(to));
        let disk_of = |folder: &Path| folder.metadata().map(|meta| meta.dev()).ok();
        let shared = disk_of(&store) == disk_of(&target);
        Self { log: beside(database, "-wal"), store, target, shared, reserve_bytes }
    }

    /// Whether a copy of this many bytes fits. Below the reserve the store would refuse what comes in.
    pub(super) fn check(&self, bytes: u64) -> Result<(), BackupError> {
        let needed = bytes + if self.shared { self.reserve_bytes } else { 0 };
        let free = disk::free(&self.target);
        if free < needed {
            return Err(BackupError::NoRoom { path: self.target.clone(), needed, free });
        }
        Ok(())
    }

    /// Whether to go on, and how.
    pub(super) fn look(&self) -> Result<Haste, BackupError> {
        let free = disk::free(&self.store);
        if free < self.reserve_bytes {
            return Err(BackupError::NoRoom { path: self.store.clone(), needed: self.reserve_bytes, free });
        }
        match disk::size(&self.log) {
            log if log >= LOG_TOO_LONG => Err(BackupError::LogTooLong(log)),
            log if log >= LOG_LONG => Ok(Haste::Hurry),
            _ => Ok(Haste::None),
        }
    }
}
