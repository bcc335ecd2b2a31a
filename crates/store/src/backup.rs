//! Copies of a store: what is asked for, how far it is, what came of it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::OpenError;

/// What to copy where, and how gently.
#[derive(Clone, Debug)]
pub struct BackupOrder {
    /// The file to be: written under another name beside it, and renamed when it is whole and verified.
    pub to: PathBuf,
    /// Replaces a file of that name, if that is a backup as well. Nothing else is ever replaced.
    pub replace: bool,
    /// Rests after every step for several times as long as the step took, so that the disk is left to others meanwhile.
    pub rests: bool,
    /// Free bytes that stay on the store's disk; when it comes to less, the copy is given up.
    pub reserve_bytes: u64,
}

/// How far a copy is; shared with whoever looks on.
#[derive(Debug, Default)]
pub struct BackupProgress {
    pub(crate) copied: AtomicU64,
    pub(crate) total: AtomicU64,
    pub(crate) verifying: AtomicBool,
    cancelled: AtomicBool,
}

impl BackupProgress {
    /// Bytes copied, and bytes there are to copy; the latter is 0 before the first step.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        (self.copied.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// Whether all is copied, and the copy is being read back.
    #[must_use]
    pub fn is_verifying(&self) -> bool {
        self.verifying.load(Ordering::Relaxed)
    }

    /// Has it end behind its present step, leaving nothing.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// A copy that is whole, verified, and on disk under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Notifications in it.
    pub notifications: u64,
    /// Event rows in it.
    pub events: u64,
    /// The schema it has.
    pub schema: u32,
    /// How long it took, verifying included.
    pub took: Duration,
}

/// Why there is no copy. Nothing is left under the name asked for that was not there before.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file of that name is there.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// What was to be replaced is something else.
    #[error("{} is there and is no backup of payhook's; it is left as it is", .0.display())]
    NotABackup(PathBuf),
    /// Another copy is being written to the same file.
    #[error("another backup is writing {}", .0.display())]
    Busy(PathBuf),
    /// The disk has too little room.
    #[error("{} has {free} bytes free; the copy and what must stay free beside it take {needed}", path.display())]
    NoRoom {
        /// The folder.
        path: PathBuf,
        /// Bytes it takes, and that must stay free beside it.
        needed: u64,
        /// Bytes there are.
        free: u64,
    },
    /// The log, which cannot be emptied while the copy reads one moment, became too long.
    #[error("{0} bytes were written to the store while it was copied, and they wait for the copy; it was given up")]
    LogTooLong(u64),
    /// It was told to stop.
    #[error("it was stopped")]
    Stopped,
    /// The copy is not what it should be.
    #[error("the copy is not sound: {0}")]
    Unsound(String),
    /// The store itself cannot be read.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// A file could not be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The engine refused.
    #[error("{}: {message}", path.display())]
    Engine {
        /// The file it was at.
        path: PathBuf,
        /// What it said.
        message: String,
    },
}

/// What this release would do to a store's file, by its schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Its newest migration; 0 in a file that is empty.
    pub found: u32,
    /// The oldest schema number whose release can work with it as it is.
    pub min_reader: u32,
    /// This release's newest.
    pub ours: u32,
    /// The migrations that opening it would apply.
    pub pending: Vec<u32>,
    /// The oldest schema number whose release could work with it after that.
    pub min_reader_after: u32,
    /// Where a copy would be put before that; nothing when none would be made.
    pub copied_to: Option<PathBuf>,
    /// Whether it is a backup that was put in place and not opened since.
    pub is_backup: bool,
}
