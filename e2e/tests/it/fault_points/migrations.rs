//! Killed at every step of a migration: the file is as it was before or as it is after, and the copy of before is whole.

use std::path::Path;

use payhook_domain::fault::Point;
use payhook_testkit::receiver::Receiver;

use super::walk::{CONNECTIONS, LATER, PATIENCE, back_up, die_at, each, is_of_the_point};
use crate::stage::{SECRET, acknowledged, authorisation};
use crate::upgrade::history;

pub(super) const POINTS: &str = "migration.";

/// What the next start finds.
const fn found(point: Point) -> &'static str {
    match point {
        Point::MigrationCopied => "a copy of before an earlier change of the schema is there; it is replaced",
        Point::MigrationCommitted => "the schema was changed; the copy of before can be opened by the release before",
        _ => "a change of the schema was interrupted and undone; the copy made before it is made anew",
    }
}

#[test]
fn killed_at_every_step_of_a_migration() {
    let oldest = *history::schemas().first().expect("a fixture");
    each(POINTS, |point, round| kill(point, round, oldest));
}

fn kill(point: Point, round: usize, schema: u32) {
    let (folder, receiver) = (tempfile::tempdir().expect("a folder"), Receiver::start(Some(SECRET)));
    let before = history::put(schema, folder.path());
    let argument = die_at(point, round);
    let failure = history::setup(&receiver).in_folder(folder.path()).argument(&argument).try_start().err();
    let ended = failure.as_ref().and_then(|failure| failure.status);
    assert!(is_of_the_point(ended), "{argument} was not reached: {failure:?}");

    let mut gateway = history::setup(&receiver).in_folder(folder.path()).start();
    let said = gateway.log_text();
    assert!(said.contains(found(point)), "{point:?}: it does not say what it found:\n{said}");
    assert_eq!(history::told(&gateway)["deliveries"], before["deliveries"], "{point:?}");
    let load = gateway.load(CONNECTIONS, |number| Some(authorisation(LATER + number)));
    assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= 100), "nothing is acknowledged");
    gateway.kill();
    let safe = acknowledged(&load.finish(), LATER);
    gateway.restart();
    assert!(!gateway.log_text().contains("of the schema"), "{point:?}: it is told once:\n{}", gateway.log_text());
    let now = history::told(&gateway);
    let stored: Vec<_> = now["events"].as_array().expect("a list").iter().filter_map(order).collect();
    let lost = safe.iter().filter(|order| stored.iter().filter(|stored| stored == order).count() != 1).count();
    assert_eq!(lost, 0, "{point:?}: lost or doubled");
    let away = tempfile::tempdir().expect("a folder");
    assert_eq!(back_up(&gateway, &away.path().join("sound.db")), "done");
    is_whole_and_of_before(&folder.path().join(format!("payhook.db.before-{}", schema + 1)), schema);
}

fn order(event: &serde_json::Value) -> Option<usize> {
    event["reference"].as_str()?.strip_prefix("order-")?.parse().ok()
}

fn is_whole_and_of_before(copy: &Path, schema: u32) {
    let copy = rusqlite::Connection::open(copy).expect("the copy is there");
    let sound: String = copy.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("reads");
    let newest: u32 = copy.query_row("SELECT max(number) FROM migrations", [], |row| row.get(0)).expect("reads");
    assert_eq!((sound.as_str(), newest), ("ok", schema));
}
