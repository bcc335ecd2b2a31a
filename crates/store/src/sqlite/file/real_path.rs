//! The file a path leads to.
//!
//! SQLite follows a link and keeps its log beside the file it finds there. So must everything of ours that looks beside the
//! database: for the lock, for a log that is not its own, for the room on its disk. The doors of this crate ask here once.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use super::connect::folder_of;

/// Most links followed one behind another, as many as Linux follows.
const LINKS_MAX: usize = 40;

/// The path without any link in it. The file need not be there yet; its folder must be.
///
/// # Errors
/// When the folder is not there or cannot be looked into, or the links lead nowhere.
pub fn real_path(path: &Path) -> std::io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        match path.canonicalize() {
            Err(missing) if missing.kind() == ErrorKind::NotFound => {}
            found => return found,
        }
        // Not there yet: neither it nor, when it is a link, what that leads to.
        match path.read_link() {
            Ok(target) => path = folder_of(&path).join(target),
            Err(_) => return to_be(&path),
        }
    }
    Err(Error::other("too many links"))
}

fn to_be(path: &Path) -> std::io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| Error::new(ErrorKind::InvalidInput, "it names no file"))?;
    Ok(folder_of(path).canonicalize()?.join(name))
}

/// The same where the path is used as it is when it leads nowhere, and what uses it says so.
#[must_use]
pub fn real_or_as_given(path: &Path) -> PathBuf {
    real_path(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_followed_to_a_file_that_is_there_and_to_one_that_is_to_be() {
        let made = tempfile::tempdir().expect("a folder");
        let folder = made.path().canonicalize().expect("there");
        let at = |name: &str| folder.join(name);
        std::fs::create_dir(at("data")).expect("made");
        std::fs::write(at("data/there.db"), "").expect("written");
        symlink("data", at("folder")).expect("linked");
        symlink("folder/there.db", at("to-there.db")).expect("linked");
        symlink(at("folder/to-be.db"), at("to-be.db")).expect("linked");
        symlink("to-be.db", at("twice.db")).expect("linked");
        for (path, leads_to) in [
            ("to-there.db", "data/there.db"),
            ("folder/there.db", "data/there.db"),
            ("folder/to-be.db", "data/to-be.db"),
            ("to-be.db", "data/to-be.db"),
            ("twice.db", "data/to-be.db"),
        ] {
            assert_eq!(real_path(&at(path)).expect("it leads somewhere"), at(leads_to), "{path}");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_and_links_in_a_ring_are_told_of() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        symlink("b.db", at("a.db")).expect("linked");
        symlink("a.db", at("b.db")).expect("linked");
        symlink("nowhere/payhook.db", at("astray.db")).expect("linked");
        for path in ["a.db", "astray.db", "nowhere/payhook.db"] {
            assert!(real_path(&at(path)).is_err(), "{path}");
        }
    }
}
