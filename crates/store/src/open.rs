//! Opening a store by its address.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::ErrorCode;

use crate::Store;
use crate::sqlite;

/// What a store may use, and how much it promises.
#[derive(Clone, Debug)]
pub struct Options {
    /// Free bytes of disk below which nothing new is recorded; 0 switches the look off.
    pub reserve_bytes: u64,
    /// Most recordings that may wait for the writer; the next is refused as overloaded.
    pub queue_max: usize,
    /// Most bytes of bodies and headers among them.
    pub queue_bytes_max: usize,
    /// Most entries kept in quarantine per source; the oldest go first.
    pub quarantine_max: u64,
    /// Most bytes of bodies, headers and targets kept in quarantine per source.
    pub quarantine_bytes_max: u64,
    /// Whether the successes of orders are remembered, so that bad news that comes after one is known to be overtaken.
    /// Needed as soon as anything is wanted with a hold; costs a row per order.
    pub remembers_orders: bool,
    /// Does not wait for the disk. For the test that proves the power-cut test can fail; loses data in a power cut.
    #[doc(hidden)]
    pub unsafe_no_sync: bool,
}

/// 512 MiB of reserve; 8,192 recordings or 64 MiB waiting; 1,000 entries or 16 MiB of quarantine per source.
impl Default for Options {
    fn default() -> Self {
        Self {
            reserve_bytes: 512 << 20,
            queue_max: 8_192,
            queue_bytes_max: 64 << 20,
            quarantine_max: 1_000,
            quarantine_bytes_max: 16 << 20,
            remembers_orders: true,
            unsafe_no_sync: false,
        }
    }
}

/// Why a store could not be opened. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address names an engine this release does not have.
    #[error("`{0}` is not an engine this release was built with; use `sqlite:PATH`")]
    UnknownEngine(String),
    /// Another process has it.
    #[error("{} is in use by another payhook; stop that one, or give this one a database of its own", .0.display())]
    InUse(PathBuf),
    /// The file was written by a release this one cannot follow.
    #[error("{} has schema {found}, which needs a release that knows schema {needs}; this one knows {ours}", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its newest migration.
        found: u32,
        /// The oldest schema number that may read it.
        needs: u32,
        /// This release's.
        ours: u32,
    },
    /// A migration in the file is not the one this release knows by that number.
    #[error("{} carries a migration {number} that is not this release's: it was made by a build that was never released", path.display())]
    Altered {
        /// The file.
        path: PathBuf,
        /// The migration.
        number: u32,
    },
    /// A database, but not one of payhook's.
    #[error("{} is another program's database", .0.display())]
    Foreign(PathBuf),
    /// The schema is to be changed, and the copy that is made before could not be.
    #[error("{} could not be made, so the schema was left as it is: {message}", path.display())]
    NotCopied {
        /// The copy.
        path: PathBuf,
        /// Why not.
        message: String,
    },
    /// The files around it could not be made or locked.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The engine refused.
    #[error("{}: {message}", path.display())]
    Engine {
        /// The file.
        path: PathBuf,
        /// What the engine said.
        message: String,
        /// Whether it is no whole database any more.
        damaged: bool,
    },
}

impl OpenError {
    pub(crate) fn engine(path: &Path, error: &rusqlite::Error) -> Self {
        let damaged = matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase));
        Self::Engine { path: path.to_owned(), message: error.to_string(), damaged }
    }

    /// Whether the file is damaged: nothing but a backup helps.
    #[must_use]
    pub const fn is_damaged(&self) -> bool {
        matches!(self, Self::Engine { damaged: true, .. })
    }

    /// Whether the file is another release's or another program's: opening it again changes nothing.
    #[must_use]
    pub const fn is_of_another(&self) -> bool {
        matches!(self, Self::TooNew { .. } | Self::Altered { .. } | Self::Foreign(_))
    }
}

/// Opens the store at `url`, making or migrating it as needed: `sqlite:PATH`, PATH relative to the working directory.
/// Where PATH is a link, the store is the file it leads to, and what the store keeps beside it lies beside that one.
///
/// # Errors
/// As [`OpenError`] lists. Nothing is changed in a file that is refused.
pub fn open(url: &str, options: Options) -> Result<Arc<dyn Store>, OpenError> {
    match url.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => {
            let path = path.strip_prefix("//").unwrap_or(path);
            sqlite::open(Path::new(path), options)
        }
        Some((engine, _)) => Err(OpenError::UnknownEngine(engine.to_owned())),
        None => Err(OpenError::UnknownEngine(url.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_is_not_built_is_named_in_the_error_and_its_password_is_not() {
        for url in ["postgres://u:hunter2@h/db", "mysql:x", "payhook.db", "sqlite:"] {
            let error = open(url, Options::default()).err().expect("refused").to_string();
            assert!(error.contains("use `sqlite:PATH`"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
