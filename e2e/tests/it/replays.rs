//! Replays: one that is killed midway goes on after the restart, makes each delivery once, and leaves the old ones as
//! they are; and a payment is named by its id or by its provider's reference.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use payhook_testkit::gateway::Gateway;
use payhook_testkit::notifications::Item;
use payhook_testkit::receiver::{Behaviour, Delivery, Receiver};
use serde_json::{Value, json};

use crate::stage::{SECRET, adyen, authorisation, setup};
use crate::turns::{generation, turns};

const PATIENCE: Duration = Duration::from_secs(60);

/// Connections that post at once.
const CONNECTIONS: usize = 8;

fn until(gateway: &Gateway, what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what} never came:\n{}", gateway.log_text());
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// Posts `orders` orders and waits until they are delivered.
fn deliver(gateway: &Gateway, receiver: &Receiver, orders: usize) {
    let load = gateway.load(CONNECTIONS, move |number| (number < orders).then(|| authorisation(number)));
    assert!(load.finish().values().all(payhook_testkit::poster::Fate::acknowledged), "all are taken");
    until(gateway, "the first delivery of each", || in_state(gateway, "delivered").len() == orders);
    receiver.forget();
}

fn in_state(gateway: &Gateway, state: &str) -> Vec<Value> {
    gateway.list(&format!("/api/v1/deliveries?state={state}&limit=500"))
}

/// Begins one; its id.
fn replay(gateway: &Gateway, asked: &Value) -> String {
    let begun = gateway.post("/api/v1/replays", asked);
    assert_eq!(begun.status, 200, "{}", begun.text());
    begun.json()["id"].as_str().expect("an id").to_owned()
}

fn of_generation(deliveries: &[Value], wanted: u32) -> Vec<Value> {
    let of = |delivery: &&Value| generation(delivery["id"].as_str().expect("an id")) == wanted;
    let mut deliveries: Vec<Value> = deliveries.iter().filter(of).cloned().collect();
    deliveries.sort_by_key(|delivery| delivery["id"].to_string());
    deliveries
}

#[test]
fn a_replay_killed_midway_goes_on_and_old_deliveries_stay_as_they_are() {
    const ORDERS: usize = 400;
    let receiver = Receiver::start(Some(SECRET));
    let mut gateway = setup(&receiver).start();
    deliver(&gateway, &receiver, ORDERS);
    let before = of_generation(&in_state(&gateway, "delivered"), 1);
    let id = replay(&gateway, &json!({ "destination": "shop", "rate": 200 }));
    for part in [ORDERS / 5, ORDERS / 2] {
        let seen = |deliveries: &[Delivery]| deliveries.len() >= part;
        assert!(receiver.wait_until(PATIENCE, seen), "the replay stands still");
        gateway.kill();
        gateway.restart();
        let shown = gateway.get(&format!("/api/v1/replays/{id}")).json();
        assert_eq!(shown["state"], "running", "it was killed midway: {shown}");
    }
    let is_done = || gateway.get(&format!("/api/v1/replays/{id}")).json()["state"] == "done";
    until(&gateway, "the end of the replay", is_done);
    until(&gateway, "the last delivery", || in_state(&gateway, "pending").is_empty());
    let shown = gateway.get(&format!("/api/v1/replays/{id}")).json();
    assert_eq!((&shown["events"], &shown["deliveries"]), (&ORDERS.into(), &ORDERS.into()), "{shown}");
    let after = in_state(&gateway, "delivered");
    assert_eq!(of_generation(&after, 1), before, "old deliveries stay as they are");
    assert_eq!((of_generation(&after, 2).len(), after.len()), (ORDERS, 2 * ORDERS), "each made once");
    let lanes = turns(&receiver, |_| 200);
    assert_eq!(lanes.len(), ORDERS);
    assert!(
        lanes.values().all(|lane| lane.len() == 1 && lane[0].again),
        "each arrives as a replay, once but for kills"
    );
}

#[test]
fn a_cancelled_replay_stays_cancelled_after_a_restart() {
    const ORDERS: usize = 60;
    let receiver = Receiver::start(Some(SECRET));
    let mut gateway = setup(&receiver).start();
    deliver(&gateway, &receiver, ORDERS);
    let id = replay(&gateway, &json!({ "destination": "shop", "rate": 10 }));
    let stands = |gateway: &Gateway| gateway.get(&format!("/api/v1/replays/{id}")).json()["state"].clone();
    assert!(receiver.wait_until(PATIENCE, |deliveries| !deliveries.is_empty()), "the replay stands still");
    assert_eq!(gateway.post(&format!("/api/v1/replays/{id}/cancel"), &Value::Null).status, 200);
    until(&gateway, "the end of the replay", || stands(&gateway) == "cancelled");
    gateway.kill();
    gateway.restart();
    assert_eq!(stands(&gateway), "cancelled", "nothing goes on that a person ended");
    assert!(of_generation(&gateway.list("/api/v1/deliveries?limit=500"), 2).len() < ORDERS);
}

#[test]
fn a_payment_is_replayed_by_any_of_its_ids_and_references() {
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|_| Behaviour::Answer(200));
    let gateway = setup(&receiver).start();
    let authorised = Item::authorisation(1);
    let capture = Item {
        psp_reference: "CAPTURE000000001".to_owned(),
        original_reference: authorised.psp_reference.clone(),
        code: "CAPTURE".to_owned(),
        ..authorised.clone()
    };
    // Another card for the same order is another payment.
    let other = Item { merchant_reference: "order-1".to_owned(), ..Item::authorisation(2) };
    for item in [&authorised, &capture, &other] {
        assert_eq!(gateway.send(&adyen().request(item)).expect("an answer").status, 200);
    }
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 3), "not all arrived");
    let payments = gateway.list("/api/v1/payments?reference=order-1");
    let found = payments.iter().find(|payment| payment["provider_reference"] == authorised.psp_reference);
    let id = found.expect("the payment")["id"].as_str().expect("an id");
    for name in [id, &authorised.psp_reference] {
        receiver.forget();
        replay(&gateway, &json!({ "payment": name }));
        assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 2), "{name} is not replayed");
        let kinds: BTreeSet<_> =
            receiver.deliveries().iter().map(|delivery| delivery.json()["type"].to_string()).collect();
        assert_eq!(kinds, BTreeSet::from(["\"payment.authorised\"".to_owned(), "\"payment.captured\"".to_owned()]));
    }
    let unknown = gateway.post("/api/v1/replays", &json!({ "payment": "pay_aaaaaaaaaaaaaaaaaaaaaaaaaa" }));
    assert_eq!(unknown.status, 400, "{}", unknown.text());
    assert!(unknown.text().contains("pay_aaaaaaaaaaaaaaaaaaaaaaaaaa"), "{}", unknown.text());
}
