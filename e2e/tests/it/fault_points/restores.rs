//! Killed at every step of a restore: a backup put in the place of a store opens as what it was, never with another's log,
//! and the start that can tell of it does.

use std::collections::BTreeSet;
use std::path::Path;

use payhook_domain::fault::Point;
use payhook_testkit::gateway::Gateway;
use payhook_testkit::receiver::Receiver;

use super::walk::{CONNECTIONS, LATER, PATIENCE, back_up, copy, die_at, each, is_of_the_point, is_whole};
use crate::stage::{SECRET, Stored, acknowledged, authorisation, setup};

pub(super) const POINTS: &str = "restore.";

/// Orders in the backup, and those that came after it and stand in the destroyed store's log.
const IN_IT: usize = 300;
const AFTER: usize = 300;

const TOLD: &str = "a backup was put in place";

#[test]
fn killed_at_every_step_of_a_restore() {
    let receiver = Receiver::start(Some(SECRET));
    let filled = tempfile::tempdir().expect("a folder");
    let mut gateway = setup(&receiver).start();
    let in_it = post(&gateway, 0, IN_IT);
    assert!(receiver.wait_until(PATIENCE, |came| came.len() >= IN_IT), "{}", receiver.count());
    let backup = filled.path().join("payhook.db");
    assert_eq!(back_up(&gateway, &backup), "done");
    post(&gateway, IN_IT, AFTER);
    gateway.kill();
    for suffix in ["-wal", "-shm"] {
        let from = format!("{}{suffix}", gateway.database().display());
        std::fs::copy(from, filled.path().join(format!("payhook.db{suffix}"))).expect("the log is there");
    }
    each(POINTS, |point, round| kill(point, round, &receiver, filled.path(), &in_it));
}

fn post(gateway: &Gateway, first: usize, count: usize) -> BTreeSet<usize> {
    let load = gateway.load(CONNECTIONS, move |number| (number < count).then(|| authorisation(first + number)));
    let fates = load.finish();
    let safe = acknowledged(&fates, first);
    assert_eq!(safe.len(), count, "{fates:?}");
    safe
}

fn kill(point: Point, round: usize, receiver: &Receiver, filled: &Path, in_it: &BTreeSet<usize>) {
    let folder = tempfile::tempdir().expect("a folder");
    copy(filled, folder.path());
    let argument = die_at(point, round);
    let failure = setup(receiver).in_folder(folder.path()).argument(&argument).try_start().err();
    let ended = failure.as_ref().and_then(|failure| failure.status);
    assert!(is_of_the_point(ended), "{argument} was not reached: {failure:?}");

    let mut gateway = setup(receiver).in_folder(folder.path()).start();
    assert!(gateway.log_text().contains(TOLD), "{point:?}: nobody is told:\n{}", gateway.log_text());
    let stored = Stored::of(&gateway);
    assert_eq!(&stored.orders.keys().copied().collect::<BTreeSet<_>>(), in_it, "{point:?}: another's log got into it");
    let load = gateway.load(CONNECTIONS, |number| Some(authorisation(LATER + number)));
    assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= 100), "nothing is acknowledged");
    gateway.kill();
    let mut safe = acknowledged(&load.finish(), LATER);
    safe.extend(in_it);
    gateway.restart();
    assert!(!gateway.log_text().contains(TOLD), "{point:?}: its log was its own then:\n{}", gateway.log_text());
    is_whole(&gateway, receiver, &safe);
}
