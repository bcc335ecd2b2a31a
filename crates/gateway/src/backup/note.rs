//! The note that a backup is under way, in a file beside the store: a start after a kill tells of it, and takes away what
//! there is of it. In the store itself it would be copied, and a restored store would tell of the backup it came from.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use payhook_domain::fault::{self, Point};

use super::desk::Asked;
use crate::gateway::Gateway;
use crate::keyfile;

/// Behind the store's name.
pub(super) const SUFFIX: &str = ".backing-up";
/// The second line, when the key's copy is made with it and was not there before.
const WITH_KEY: &str = "key";

/// One begins.
pub(super) fn begun(database: &Path, asked: &Asked) {
    let new_key = asked.with_key && !keyfile::beside(&asked.to, ".key").exists();
    let lines = [asked.to.to_str().unwrap_or_default(), if new_key { WITH_KEY } else { "" }].join("\n");
    if let Err(error) = keyfile::write_whole(&keyfile::beside(database, SUFFIX), &lines) {
        tracing::debug!(%error, "that a backup is under way is not noted");
    }
    fault::pass(Point::BackupNoted);
}

/// It is over.
pub(super) fn over(database: &Path) {
    // What cannot be removed is told of at the next start, and removed then.
    let _ = std::fs::remove_file(keyfile::beside(database, SUFFIX));
}

/// Tells of one that a kill ended, and takes away what there is of it.
pub(crate) async fn tell_of_unfinished(gateway: &Gateway) {
    let database = gateway.backups.database().to_owned();
    let told = tokio::task::spawn_blocking(move || tell(&database)).await;
    told.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()));
}

fn tell(database: &Path) {
    let Ok(noted) = std::fs::read_to_string(keyfile::beside(database, SUFFIX)) else { return };
    let mut lines = noted.lines();
    let to = PathBuf::from(lines.next().unwrap_or_default());
    let (file, removed) = (to.display(), remove(&keyfile::beside(&to, ".partial")));
    if to.exists() && !removed {
        tracing::info!(%file, "a backup was under way when the gateway ended; what has its name is whole");
    } else {
        tracing::warn!(%file, "a backup was unfinished when the gateway ended; what there was of it is removed");
    }
    if lines.next() == Some(WITH_KEY) && !to.exists() {
        // There is no copy it belongs to; where it was not made yet, there is nothing to remove.
        let _ = std::fs::remove_file(keyfile::beside(&to, ".key"));
    }
    over(database);
}

/// Removes an unfinished file, unless somebody writes it; whether one was there.
fn remove(unfinished: &Path) -> bool {
    let Ok(file) = File::open(unfinished) else { return false };
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return false;
    }
    std::fs::remove_file(unfinished).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(to: &Path) -> Asked {
        Asked { to: to.to_owned(), replace: false, with_key: true }
    }

    #[test]
    fn what_a_kill_left_goes_and_what_is_whole_or_somebody_elses_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let (database, to) = (at("payhook.db"), at("copy.db"));
        let write = |name: &str| std::fs::write(at(name), "x").expect("written");
        begun(&database, &asked(&to));
        ["copy.db.partial", "copy.db.key"].into_iter().for_each(write);
        tell(&database);
        assert!(["copy.db.partial", "copy.db.key", "payhook.db.backing-up"].iter().all(|name| !at(name).exists()));

        write("copy.db.key");
        begun(&database, &asked(&to));
        tell(&database);
        assert!(at("copy.db.key").exists(), "it was there before");

        begun(&database, &asked(&to));
        ["copy.db", "copy.db.partial"].into_iter().for_each(write);
        let theirs = File::open(at("copy.db.partial")).expect("opens");
        theirs.try_lock().expect("locked");
        tell(&database);
        assert!(at("copy.db.partial").exists() && at("copy.db").exists(), "another process writes it");
    }
}
