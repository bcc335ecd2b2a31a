//! A copy with the envelope key beside it: what a restore needs of the files around a store.
//!
//! The key seals and authenticates what leaves the gateway and comes back; without it a restored store would have another.
//! The API token is not copied: the first start of a restored store makes a new one.

use std::path::{Path, PathBuf};

use payhook_domain::fault::{self, Point};
use payhook_store::{Backup, BackupError, BackupOrder, BackupProgress, real_or_as_given};
use serde_json::{Value, json};

use super::key_copy::KeyCopy;
use super::note;
use crate::config::Store;
use crate::keyfile;

/// A copy that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The copy.
    pub backup: Backup,
    /// The copy of the key, when one was asked for and there was one.
    pub key: Option<PathBuf>,
}

/// Why none was made.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// The store's copy.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The key's.
    #[error("the key beside it, {}: {error}", path.display())]
    Key {
        /// Where it was to be.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// What stands where the key is to be is the key of another store.
    #[error("{} is the key of another store; --force replaces it with the backup, or give the backup another name", .0.display())]
    AnotherKey(PathBuf),
    /// It is something else.
    #[error("{} is no key of payhook's and is never replaced; give the backup another name, or leave its key out", .0.display())]
    NoKey(PathBuf),
    /// The copy is there and whole, but has not got its key.
    #[error("the backup is made, but {} is still the key of another store: {error}; copy the store's key there", path.display())]
    KeyStays {
        /// Where it was to be.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A bug.
    #[error("it ended in a panic, which is a bug; please report it with the log")]
    Panicked,
    /// The file asked for is one of the store's own.
    #[error("{} is one of the store's own files", .0.display())]
    Own(PathBuf),
}

/// Copies a store that no gateway runs on, or that one of another process does. Blocks its thread, which should be its own.
///
/// # Errors
/// As [`NotMade`] lists.
pub fn alone(
    store: &Store,
    to: &Path,
    replace: bool,
    with_key: bool,
    progress: &BackupProgress,
) -> Result<Made, NotMade> {
    let order = BackupOrder { to: to.to_owned(), replace, rests: false, reserve_bytes: store.reserve_bytes };
    make(&store.path, &order, with_key, progress)
}

/// A copy that was made, as the API shows it.
#[must_use]
pub fn view(made: &Made) -> Value {
    let Backup { path, bytes, notifications, events, schema, took } = &made.backup;
    json!({
        "file": path,
        "bytes": bytes,
        "notifications": notifications,
        "events": events,
        "schema": schema,
        "took_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "key": made.key,
    })
}

/// Does what the order says, with the key when it is wanted.
pub(super) fn make(
    database: &Path,
    order: &BackupOrder,
    with_key: bool,
    progress: &BackupProgress,
) -> Result<Made, NotMade> {
    if is_own(database, &order.to) {
        return Err(NotMade::Own(order.to.clone()));
    }
    let key = if with_key { KeyCopy::of(database, order)? } else { None };
    key.as_ref().map_or(Ok(()), KeyCopy::before)?;
    fault::pass(Point::BackupKey);
    match payhook_store::backup(database, order, progress) {
        Ok(backup) => {
            key.as_ref().map_or(Ok(()), KeyCopy::behind)?;
            Ok(Made { backup, key: key.map(|key| key.path) })
        }
        Err(error) => {
            key.inspect(KeyCopy::take_back);
            Err(error.into())
        }
    }
}

/// Whether this is a file of the store's own, by whatever path: beside the database as it is configured, or beside the file
/// that leads to.
fn is_own(database: &Path, to: &Path) -> bool {
    let (to, leads_to) = (real_or_as_given(to), real_or_as_given(database));
    let own = ["-wal", "-shm", "-journal", ".lock", ".key", ".token", note::SUFFIX];
    own.iter().any(|suffix| {
        to == real_or_as_given(&keyfile::beside(database, suffix)) || to == keyfile::beside(&leads_to, suffix)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stores_own_files_are_known_by_whatever_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("data")).expect("made");
        std::fs::write(at("data/real.db"), "").expect("written");
        std::os::unix::fs::symlink("data/real.db", at("payhook.db")).expect("linked");
        std::os::unix::fs::symlink("data", at("folder")).expect("linked");
        let database = at("payhook.db");
        for own in ["data/real.db-wal", "folder/real.db-wal", "payhook.db.key", "data/../payhook.db.token"] {
            assert!(is_own(&database, &at(own)), "{own}");
        }
        for other in ["data/copy.db", "data/real.db.before-2", "payhook.db-wal.db"] {
            assert!(!is_own(&database, &at(other)), "{other}");
        }
    }
}
