//! The copy of the envelope key beside a backup.
//!
//! Where no key is yet it is written first, so that a backup that is there has its key. Where another store's is, that stays
//! until the backup it belongs to is replaced; where anything else is, no backup is begun.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use payhook_store::BackupOrder;
use zeroize::Zeroizing;

use super::make::NotMade;
use crate::keyfile;

/// Bytes read of what stands where the key is to be: more than any key has.
const LOOKED_AT: u64 = 256;

/// What is to be done about the key.
pub(super) struct KeyCopy {
    /// Where it is to be.
    pub(super) path: PathBuf,
    key: Zeroizing<String>,
    there: There,
}

/// What is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum There {
    Nothing,
    /// This key.
    Same,
    /// Another store's, which is to be replaced.
    Another,
}

impl KeyCopy {
    /// Of the store in this file; nothing when it has no key. Refuses what may not be replaced.
    pub(super) fn of(database: &Path, order: &BackupOrder) -> Result<Option<Self>, NotMade> {
        let path = keyfile::beside(&order.to, ".key");
        let failed = |error| NotMade::Key { path: path.clone(), error };
        let Some(key) = start_of(&keyfile::beside(database, ".key")).map_err(failed)? else { return Ok(None) };
        let there = match start_of(&path).map_err(failed)? {
            None => There::Nothing,
            Some(there) if there == key => There::Same,
            Some(there) if !keyfile::is_envelope_key(&there) => return Err(NotMade::NoKey(path)),
            Some(_) if !order.replace => return Err(NotMade::AnotherKey(path)),
            Some(_) => There::Another,
        };
        Ok(Some(Self { path, key, there }))
    }

    /// What is done before there is a backup.
    pub(super) fn before(&self) -> Result<(), NotMade> {
        let written = if self.there == There::Nothing { keyfile::write_whole(&self.path, &self.key) } else { Ok(()) };
        written.map_err(|error| NotMade::Key { path: self.path.clone(), error })
    }

    /// What is done when it is there.
    pub(super) fn behind(&self) -> Result<(), NotMade> {
        let written = if self.there == There::Another { keyfile::write_whole(&self.path, &self.key) } else { Ok(()) };
        written.map_err(|error| NotMade::KeyStays { path: self.path.clone(), error })
    }

    /// What is done when there will be none.
    pub(super) fn take_back(&self) {
        if self.there == There::Nothing {
            // There is no backup it belongs to.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// What stands in a file, as far as a key goes; nothing where there is none.
fn start_of(path: &Path) -> std::io::Result<Option<Zeroizing<String>>> {
    let mut start = Zeroizing::new(Vec::new());
    match File::open(path).and_then(|file| file.take(LOOKED_AT).read_to_end(&mut start)) {
        Ok(_) => Ok(Some(Zeroizing::new(String::from_utf8_lossy(&start).trim().to_owned()))),
        Err(missing) if missing.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::make::{Made, make};
    use payhook_store::{BackupProgress, Options, open};
    use tempfile::TempDir;

    const OLD: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    const FOREIGN: &str = "-----BEGIN PRIVATE KEY-----\nof a listener";

    /// A folder with a store and its key.
    fn store() -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("payhook.db");
        drop(open(&format!("sqlite:{}", database.display()), Options::default()).expect("made"));
        keyfile::envelope_key(&database).expect("made");
        folder
    }

    fn copy(folder: &TempDir, replace: bool) -> Result<Made, NotMade> {
        let to = folder.path().join("copy.db");
        let order = BackupOrder { to, replace, rests: false, reserve_bytes: 0 };
        make(&folder.path().join("payhook.db"), &order, true, &BackupProgress::default())
    }

    fn put(folder: &TempDir, name: &str, text: &str) {
        std::fs::write(folder.path().join(name), text).expect("written");
    }

    fn read(folder: &TempDir, name: &str) -> String {
        std::fs::read_to_string(folder.path().join(name)).expect("there").trim().to_owned()
    }

    #[test]
    fn what_is_no_key_is_never_replaced_and_nothing_is_copied_beside_it() {
        let folder = store();
        put(&folder, "copy.db.key", FOREIGN);
        for replace in [false, true] {
            let refused = copy(&folder, replace).expect_err("refused").to_string();
            assert!(refused.contains("no key of payhook's"), "{refused}");
            assert_eq!(read(&folder, "copy.db.key"), FOREIGN);
            assert!(!folder.path().join("copy.db").exists());
        }
    }

    #[test]
    fn the_key_of_another_store_stays_unless_the_backup_it_belongs_to_is_replaced() {
        let folder = store();
        copy(&folder, false).expect("made");
        put(&folder, "copy.db.key", OLD);
        let refused = copy(&folder, false).expect_err("refused");
        assert!(matches!(refused, NotMade::AnotherKey(_)), "{refused}");
        assert_eq!(read(&folder, "copy.db.key"), OLD);
        copy(&folder, true).expect("replaced");
        assert_eq!(read(&folder, "copy.db.key"), read(&folder, "payhook.db.key"));
    }

    #[test]
    fn where_no_backup_is_made_the_key_is_as_it_was() {
        let folder = store();
        put(&folder, "copy.db", "a person's own");
        copy(&folder, true).expect_err("it is no backup");
        assert!(!folder.path().join("copy.db.key").exists());
        put(&folder, "copy.db.key", OLD);
        copy(&folder, true).expect_err("it is no backup");
        assert_eq!(read(&folder, "copy.db.key"), OLD);
        assert_eq!(read(&folder, "copy.db"), "a person's own");
    }
}
