//! A replay: it holds its rate, goes on after a kill, sends every event once more, and leaves the old deliveries alone.

use std::collections::BTreeMap;
use std::time::Duration;

use payhook_domain::time::Timestamp;
use payhook_testkit::gateway::Gateway;
use payhook_testkit::receiver::{Delivery, Receiver};
use serde_json::{Value, json};

use crate::stage::{SECRET, authorisation, setup};

const EVENTS: usize = 300;

/// Deliveries a second; made a quarter of a second's worth at a time.
const RATE: usize = 100;

/// Longest anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Every delivery of one generation, by event.
fn generation(gateway: &Gateway, number: u32) -> BTreeMap<String, Value> {
    let ends = format!("_{number}");
    let rows = gateway.list("/api/v1/deliveries?limit=500").into_iter();
    let rows = rows.filter(|row| row["id"].as_str().is_some_and(|id| id.ends_with(&ends)));
    rows.map(|row| (row["event"].to_string(), row)).collect()
}

fn wait_until_settled(gateway: &Gateway) {
    let settled = (0..1_000).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        gateway.list("/api/v1/deliveries?state=pending").is_empty()
    });
    assert!(settled, "something is still pending");
}

fn is_again(delivery: &&Delivery) -> bool {
    delivery.header("payhook-replay") == "true"
}

#[test]
fn a_replay_holds_its_rate_goes_on_after_a_kill_and_leaves_what_was_as_it_was() {
    let receiver = Receiver::start(Some(SECRET));
    let mut gateway = setup(&receiver).start();
    let fates = gateway.load(8, |number| (number < EVENTS).then(|| authorisation(number))).finish();
    assert!(fates.values().all(payhook_testkit::poster::Fate::acknowledged));
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == EVENTS), "not all were delivered");
    wait_until_settled(&gateway);
    let old = generation(&gateway, 1);
    assert_eq!((old.len(), generation(&gateway, 2).len()), (EVENTS, 0));

    let replay = gateway.post("/api/v1/replays", &json!({ "rate": RATE })).json();
    let third = |deliveries: &[Delivery]| deliveries.iter().filter(is_again).count() >= EVENTS / 3;
    assert!(receiver.wait_until(PATIENCE, third), "the replay does not go on");
    gateway.kill();
    let before_the_kill = receiver.deliveries().iter().filter(is_again).count();
    assert!(before_the_kill < EVENTS, "it was over before it was killed");
    gateway.restart();
    assert!(receiver.wait_until(PATIENCE, |deliveries| {
        let again = deliveries.iter().filter(is_again).map(Delivery::id);
        again.collect::<std::collections::BTreeSet<_>>().len() == EVENTS
    }));
    wait_until_settled(&gateway);

    let shown = gateway.get(&format!("/api/v1/replays/{}", replay["id"].as_str().expect("an id"))).json();
    assert_eq!((&shown["state"], &shown["deliveries"]), (&"done".into(), &EVENTS.into()), "{shown}");
    let new = generation(&gateway, 2);
    assert_eq!(new.keys().collect::<Vec<_>>(), old.keys().collect::<Vec<_>>(), "each event once more");
    assert!(new.values().all(|row| row["state"] == "delivered"));
    assert_eq!(generation(&gateway, 1), old, "what was delivered stays as it was");
    assert!(generation(&gateway, 3).is_empty(), "nothing was made twice");
    holds_its_rate(&new);
}

/// What was made before the last batch took its time; a machine that stands still can only make it longer.
fn holds_its_rate(made: &BTreeMap<String, Value>) {
    let mut at: Vec<Timestamp> =
        made.values().filter_map(|row| Timestamp::parse_rfc3339(row["created_at"].as_str()?)).collect();
    at.sort();
    assert_eq!(at.len(), EVENTS);
    let took = at[EVENTS - 1].since(at[0]);
    // The first batch comes at once, and another may when the process starts again.
    let least =
        Duration::from_secs(1) * u32::try_from(EVENTS - 2 * RATE / 4).expect("few") / u32::try_from(RATE).expect("few");
    assert!(took + Duration::from_millis(300) > least, "{EVENTS} in {took:?} at {RATE}/s");
}
