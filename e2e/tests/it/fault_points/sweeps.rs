//! Killed at every step of a sweep: what is owed stays and arrives, what came meanwhile is there once, what was removed
//! is known still, and the sweep comes to its end.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use payhook_domain::fault::Point;
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::notifications::Item;
use payhook_testkit::receiver::Receiver;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::walk::{CONNECTIONS, LATER, PATIENCE, ask_for, back_up, copy, die_at, died, each, says};
use crate::stage::{SECRET, acknowledged, adyen, authorisation, setup};

pub(super) const POINTS: &str = "retention.";

/// Orders whose events are to go, as far as their segment of 2,048 is full; those whose bytes and attempts are to; and those
/// that are owed still.
const OLD: usize = 2_100;
const GO_MIN: usize = 2_000;
const MIDDLING: usize = 400;
const OWED: usize = 50;
/// How long each connection rests between two orders that come while it dies: they take up again what the sweep frees.
const REST: Duration = Duration::from_millis(10);
/// Bytes of what is old, so that more pages become free than stay for what comes next.
const OLD_BYTES: usize = 24 << 10;

fn at(offset: &str, receiver: &Receiver, folder: &Path) -> Setup {
    let ages = "retention = { bodies = \"1d\", attempts = \"1d\", events = \"7d\", payments = \"8d\" }";
    setup(receiver).in_folder(folder).store(ages).argument(&format!("--clock-offset={offset}"))
}

#[test]
fn killed_at_every_step_of_a_sweep() {
    let (of_small, of_large) = (filled(Item::authorisation), filled(large));
    each(POINTS, |point, round| match point {
        Point::RetentionPages => kill(point, round, of_large.path(), large),
        _ => kill(point, round, of_small.path(), Item::authorisation),
    });
}

/// An order that leaves so many pages when it goes that not all of them stay for what comes next.
fn large(number: u64) -> Item {
    Item { reason: "x".repeat(OLD_BYTES), ..Item::authorisation(number) }
}

/// A folder with the store of a gateway that stopped; what is old in it is as `old` makes it.
fn filled(old: fn(u64) -> Item) -> TempDir {
    let (folder, receiver) = (tempfile::tempdir().expect("a folder"), Receiver::start(Some(SECRET)));
    fill(&at("0s", &receiver, folder.path()).start(), &receiver, (0, OLD), old);
    fill(&at("5d", &receiver, folder.path()).start(), &receiver, (OLD, MIDDLING), Item::authorisation);
    let mut gateway = at("5d", &receiver, folder.path()).start();
    assert_eq!(gateway.post("/api/v1/destinations/shop/pause", &json!({})).status, 200);
    post(&gateway, (OLD + MIDDLING, OWED), Item::authorisation);
    assert!(gateway.stop(PATIENCE).is_some());
    folder
}

/// Orders from `first` on, all of them delivered and settled.
fn fill(gateway: &Gateway, receiver: &Receiver, (first, count): (usize, usize), order: fn(u64) -> Item) {
    post(gateway, (first, count), order);
    assert!(receiver.wait_until(PATIENCE, |came| came.len() >= first + count), "{}", receiver.count());
    let began = Instant::now();
    while !gateway.list("/api/v1/deliveries?state=pending&limit=500").is_empty() {
        assert!(began.elapsed() < PATIENCE, "not all is settled");
    }
}

fn post(gateway: &Gateway, (first, count): (usize, usize), order: fn(u64) -> Item) {
    let load = gateway
        .load(CONNECTIONS, move |number| (number < count).then(|| adyen().request(&order((first + number) as u64))));
    assert_eq!(acknowledged(&load.finish(), first).len(), count);
}

fn kill(point: Point, round: usize, filled: &Path, old: fn(u64) -> Item) {
    let (folder, receiver) = (tempfile::tempdir().expect("a folder"), Receiver::start(Some(SECRET)));
    copy(filled, folder.path());
    let argument = die_at(point, round);
    let mut gateway = at("10d", &receiver, folder.path()).argument(&argument).start();
    let foreseen = gateway.post("/api/v1/prune", &json!({ "dry_run": true })).json();
    assert!(foreseen["pruned"]["events"]["rows"].as_u64().is_some_and(|rows| rows > 0), "nothing is old: {foreseen}");
    let load = gateway.load(CONNECTIONS, |number| {
        std::thread::sleep(REST);
        Some(authorisation(LATER + number))
    });
    assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= 50), "nothing is acknowledged");
    sweep(|asked| ask_for(&gateway, "/api/v1/prune", asked));
    died(&mut gateway, &argument);
    let safe = acknowledged(&load.finish(), LATER);
    says(&gateway, "a sweep of retention was under way when the gateway ended; the next begins anew");
    assert!(sweep(|asked| Some(gateway.post("/api/v1/prune", asked).json())), "{point:?}: it does not end");
    holds(&gateway, &receiver, point, (&safe, old));
}

/// Asks part after part; whether it came to its end.
fn sweep(ask: impl Fn(&Value) -> Option<Value>) -> bool {
    let mut asked = json!({ "yes": true });
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let Some(part) = ask(&asked) else { return false };
        match part["next"].as_str() {
            Some(place) => asked = json!({ "place": place }),
            None => return true,
        }
    }
    false
}

fn holds(gateway: &Gateway, receiver: &Receiver, point: Point, (safe, old_as): (&BTreeSet<usize>, fn(u64) -> Item)) {
    let left = gateway.post("/api/v1/prune", &json!({ "dry_run": true })).json();
    let rows = |kind: &str| left["pruned"][kind]["rows"].as_u64();
    assert_eq!(["events", "bodies", "attempts"].map(rows), [Some(0); 3], "{point:?}: the sweep left something: {left}");
    // What is removed is known still, and so is what a slow machine had no time to remove: the same again, not a revision.
    for order in [0, 1, OLD - 1] {
        let again = adyen().request(&old_as(order as u64));
        assert_eq!(gateway.send(&again).expect("an answer").status, 200);
    }
    let orders: Vec<usize> = gateway.list("/api/v1/events?source=adyen&limit=500").iter().filter_map(order).collect();
    let once: BTreeSet<usize> = orders.iter().copied().collect();
    assert_eq!(orders.len(), once.len(), "{point:?}: stored more than once");
    assert!(safe.is_subset(&once), "{point:?}: acknowledged, but not stored");
    assert!((OLD..OLD + MIDDLING + OWED).all(|order| once.contains(&order)), "{point:?}: what was to stay");
    let old = once.range(..OLD).count();
    assert!(old <= OLD - GO_MIN, "{point:?}: {old} are left of what was to go");
    assert_eq!(gateway.post("/api/v1/destinations/shop/resume", &json!({})).status, 200);
    let all = OWED + safe.len();
    assert!(
        receiver.wait_until(PATIENCE, |came| came.len() >= all),
        "{point:?}: {} of {all} arrived",
        receiver.count()
    );
    let bare = receiver.deliveries().iter().filter(|one| one.json()["data"]["original"].is_null()).count();
    assert_eq!(bare, 0, "{point:?}: what was owed is sent with its bytes");
    let away = tempfile::tempdir().expect("a folder");
    assert_eq!(back_up(gateway, &away.path().join("sound.db")), "done", "{point:?}");
}

fn order(event: &Value) -> Option<usize> {
    event["reference"].as_str()?.strip_prefix("order-")?.parse().ok()
}
