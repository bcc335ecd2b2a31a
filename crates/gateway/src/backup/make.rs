//! A copy with the envelope key beside it: what a restore needs of the files around a store.
//!
//! The key seals and authenticates what leaves the gateway and comes back; without it a restored store would have another.
//! It is written first, so that a copy that is there has its key. The API token is not copied: the first start of a
//! restored store makes a new one.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use payhook_domain::fault::{self, Point};
use payhook_store::{Backup, BackupError, BackupOrder, BackupProgress};
use serde_json::{Value, json};

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
    let key = if with_key { key_beside(database, order)? } else { None };
    fault::pass(Point::BackupKey);
    match payhook_store::backup(database, order, progress) {
        Ok(backup) => Ok(Made { backup, key: key.map(|key| key.path) }),
        Err(error) => {
            if let Some(key) = key.filter(|key| key.is_new) {
                // Nothing was there before, and there is no copy it belongs to.
                let _ = std::fs::remove_file(key.path);
            }
            Err(error.into())
        }
    }
}

/// Whether this is a file of the store's own, by whatever path: beside the database as it is configured, or beside the file
/// that leads to.
fn is_own(database: &Path, to: &Path) -> bool {
    let real = |path: &Path| payhook_store::real_path(path).unwrap_or_else(|_| path.to_owned());
    let (to, leads_to) = (real(to), real(database));
    let own = ["-wal", "-shm", "-journal", ".lock", ".key", ".token", note::SUFFIX];
    own.iter().any(|suffix| to == real(&keyfile::beside(database, suffix)) || to == keyfile::beside(&leads_to, suffix))
}

struct Key {
    path: PathBuf,
    is_new: bool,
}

fn key_beside(database: &Path, order: &BackupOrder) -> Result<Option<Key>, NotMade> {
    let path = keyfile::beside(&order.to, ".key");
    let copied = || {
        let Some(key) = text_of(&keyfile::beside(database, ".key"))? else { return Ok(None) };
        let there = text_of(&path)?;
        if there.as_ref().is_some_and(|there| *there != key) && !order.replace {
            return Err(std::io::Error::new(ErrorKind::AlreadyExists, "another key is there"));
        }
        if there.as_ref() != Some(&key) {
            keyfile::write_whole(&path, &key)?;
        }
        Ok(Some(there.is_none()))
    };
    match copied() {
        Ok(copied) => Ok(copied.map(|is_new| Key { path, is_new })),
        Err(error) => Err(NotMade::Key { path, error }),
    }
}

fn text_of(path: &Path) -> std::io::Result<Option<zeroize::Zeroizing<String>>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(zeroize::Zeroizing::new(text.trim().to_owned()))),
        Err(missing) if missing.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
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
