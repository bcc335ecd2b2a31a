//! A year of the shipped binary, a week at a time: the file is as large at its end as when retention had set in, the clock is
//! asked for each time it jumps, what is owed is still there with its bytes, and what is long gone is still known.

use std::path::Path;
use std::time::Duration;

use payhook_domain::time::Timestamp;
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::poster::Fate;
use payhook_testkit::receiver::Receiver;
use payhook_testkit::scale;
use serde_json::{Value, json};

use crate::stage::{SECRET, authorisation, configuration, now, until};

/// A year and a bit, in weeks; those after which nothing is older than it may become, and a few for the file to settle.
const WEEKS: usize = 54;
const SETTLED_IN: usize = 18;
/// How long each kind is kept: four weeks, and twelve.
const RETENTION: &str = "retention = { bodies = \"28d\", attempts = \"28d\", events = \"84d\", payments = \"84d\" }";
/// What stays of an event for ever: its identity with its place in the index, 48 and about 24 bytes, and room in their pages.
const FOR_EVER_BYTES: usize = 100;

/// Longest anything of a week may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The shop, and books that are owed order 0 and nothing else.
fn stage(receiver: &Receiver) -> String {
    let books = format!(
        "[[destination]]\nname = \"books\"\ntype = \"http\"\nurl = \"{}\"\nsecret = \"{SECRET}\"\nallow = [\"127.0.0.0/8\"]\n\
         [[route]]\nwhen = \"event.reference == 'order-0'\"\nto = [\"books\"]\n",
        receiver.url()
    );
    configuration(receiver) + &books
}

fn in_week(week: usize, configuration: &str, folder: &Path) -> Gateway {
    let offset = format!("--clock-offset={}d", week * 7);
    Setup::new(configuration).store(RETENTION).in_folder(folder).argument(&offset).start()
}

/// Sends a week's notifications, numbered from `first`, and waits until the shop has them.
fn live(gateway: &Gateway, receiver: &Receiver, first: usize, count: usize) {
    let before = receiver.count();
    let load = gateway.load(8, move |number| (number < count).then(|| authorisation(first + number)));
    assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= count), "not all was acknowledged");
    assert!(load.finish().values().all(Fate::acknowledged));
    assert!(receiver.wait_until(PATIENCE, |came| came.len() >= before + count), "not all was delivered");
}

/// A person says that the clock is right, and what is old goes.
fn sweep(gateway: &Gateway) {
    assert_eq!(gateway.post("/api/v1/prune", &json!({})).status, 409, "a week beyond what was received last");
    let mut asked = json!({ "yes": true });
    loop {
        let part = gateway.post("/api/v1/prune", &asked).json();
        match &part["next"] {
            Value::Null => return,
            place => asked = json!({ "place": place }),
        }
    }
}

/// Each week begins with the alert that the clock has jumped, an event too: the first look is a moment after the start.
fn tells_of_the_clock(gateway: &Gateway) {
    let now = Timestamp::parse_rfc3339(&now(gateway)).expect("a moment");
    let this_week = format!("/api/v1/events?kind=alert.clock&since={}", now.minus(Duration::from_secs(24 * 60 * 60)));
    until(gateway, PATIENCE, "the alert about the clock", || gateway.list(&this_week).len() == 1);
}

#[test]
fn a_year_of_weeks_leaves_a_file_that_does_not_grow_and_forgets_nothing_it_must_know() {
    let per_week = scale::of("PAYHOOK_YEAR_PER_WEEK", 300, 5_000);
    let receiver = Receiver::start(Some(SECRET));
    let folder = tempfile::tempdir().expect("a folder");
    let configuration = stage(&receiver);
    let mut sizes = Vec::new();
    for week in 0..WEEKS {
        let mut gateway = in_week(week, &configuration, folder.path());
        if week == 0 {
            assert_eq!(gateway.post("/api/v1/destinations/books/pause", &json!({})).status, 200);
        } else {
            sweep(&gateway);
        }
        live(&gateway, &receiver, week * per_week, per_week);
        let database = gateway.database();
        assert!(gateway.stop(PATIENCE).is_some_and(|status| status.success()), "week {week}");
        sizes.push(usize::try_from(database.metadata().expect("there").len()).expect("a size"));
    }
    let settled = sizes[SETTLED_IN];
    for (week, size) in sizes.iter().enumerate().skip(SETTLED_IN) {
        let for_ever = (week - SETTLED_IN) * per_week * FOR_EVER_BYTES;
        assert!(
            size - for_ever.min(*size) <= settled + settled / 10,
            "week {week}: {size} bytes, and {settled} before"
        );
    }
    println!("{settled} bytes in week {SETTLED_IN}, {} in week {}", sizes[WEEKS - 1], WEEKS - 1);

    let gateway = in_week(WEEKS, &configuration, folder.path());
    tells_of_the_clock(&gateway);
    let before = gateway.get("/api/v1/status").json();
    assert_eq!(gateway.send(&authorisation(1)).expect("an answer").status, 200);
    let status = gateway.get("/api/v1/status").json();
    assert_eq!(
        (&status["duplicates"], &status["events"]),
        (&json!(1), &before["events"]),
        "a repeat of the first week's: {before}, then {status}"
    );
    assert!(gateway.list("/api/v1/events?reference=order-1").is_empty());
    assert_eq!(gateway.list("/api/v1/events?reference=order-0").len(), 1, "it is still owed");
    let before = receiver.count();
    assert_eq!(gateway.post("/api/v1/destinations/books/resume", &json!({})).status, 200);
    assert!(receiver.wait_until(PATIENCE, |came| came.len() > before), "what was owed for a year does not come");
    let came = receiver.deliveries().pop().expect("came").json();
    assert_eq!(came["data"]["reference"], "order-0");
    assert!(!came["data"]["original"].is_null(), "with its bytes");
}
