//! Killed at every step of a backup: under its name there is a whole copy or none, and what was begun is gone.

use std::collections::BTreeSet;
use std::path::Path;

use payhook_domain::fault::Point;
use payhook_testkit::receiver::Receiver;
use serde_json::json;

use super::walk::{CONNECTIONS, LATER, PATIENCE, ask_for, back_up, copy, die_at, died, each, is_whole, says};
use crate::stage::{SECRET, acknowledged, authorisation, setup};

pub(super) const POINTS: &str = "backup.";

/// What the next start finds.
const WHOLE: &str = "a backup was under way when the gateway ended; what has its name is whole";
const REMOVED: &str = "a backup was unfinished when the gateway ended; what there was of it is removed";

/// Orders stored before: a dozen steps of pages.
const ORDERS: usize = 2_000;

#[test]
fn killed_at_every_step_of_a_backup() {
    let receiver = Receiver::start(Some(SECRET));
    let filled = tempfile::tempdir().expect("a folder");
    let mut gateway = setup(&receiver).in_folder(filled.path()).start();
    let load = gateway.load(2 * CONNECTIONS, |number| (number < ORDERS).then(|| authorisation(number)));
    let before = acknowledged(&load.finish(), 0);
    assert_eq!(before.len(), ORDERS);
    assert!(receiver.wait_until(PATIENCE, |came| came.len() >= ORDERS), "{}", receiver.count());
    assert!(gateway.stop(PATIENCE).is_some());
    each(POINTS, |point, round| kill(point, round, &receiver, filled.path(), &before));
}

fn kill(point: Point, round: usize, receiver: &Receiver, filled: &Path, before: &BTreeSet<usize>) {
    let (folder, away) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    copy(filled, folder.path());
    let argument = die_at(point, round);
    let setup = setup(receiver).in_folder(folder.path()).argument(&argument);
    let is_due = point == Point::BackupThinned;
    let due = format!("backup = {{ folder = \"{}\", keep = 1 }}", away.path().display());
    let mut gateway = if is_due { setup.store(&due) } else { setup }.start();
    let load = gateway.load(CONNECTIONS, |number| Some(authorisation(LATER + number)));
    let file = away.path().join("copy.db");
    if !is_due {
        assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= 20), "nothing is acknowledged");
        ask_for(&gateway, "/api/v1/backups", &json!({ "file": file }));
    }
    died(&mut gateway, &argument);
    let mut safe = acknowledged(&load.finish(), LATER);
    safe.extend(before);
    if !is_due {
        let is_there = matches!(point, Point::BackupRenamed | Point::BackupFinished);
        assert_eq!(file.exists(), is_there, "{point:?}");
        says(&gateway, if is_there { WHOLE } else { REMOVED });
        assert_eq!(left(away.path()), if is_there { vec!["copy.db", "copy.db.key"] } else { vec![] }, "{point:?}");
        assert!(!folder.path().join("payhook.db.backing-up").exists());
        assert_eq!(back_up(&gateway, &file), "done", "what was left is in its way");
    }
    let whole = left(away.path()).into_iter().find(|name| name.ends_with(".db")).expect("a backup");
    opens(&away.path().join(whole), before);
    is_whole(&gateway, receiver, &safe);
}

/// A store opened from the copy holds what was acknowledged before it began.
fn opens(file: &Path, before: &BTreeSet<usize>) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(file, folder.path().join("payhook.db")).expect("copied");
    let shop = Receiver::start(Some(SECRET));
    let restored = setup(&shop).in_folder(folder.path()).start();
    let stored = restored.get("/api/v1/status").json()["notifications"].as_u64().expect("a number");
    assert!(stored >= before.len() as u64, "{stored} of {}", before.len());
}

fn left(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().expect("lists");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("plain")).collect();
    names.sort();
    names
}
