//! One notification through all of it: verified, stored, acknowledged, delivered signed, recognised when it comes again.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use payhook_testkit::gateway::Gateway;
use payhook_testkit::notifications::{Adyen, Item};
use payhook_testkit::receiver::{Behaviour, Receiver};
use payhook_testkit::standard_webhooks::Signature;
use payhook_testkit::wire;
use serde_json::Value;

use crate::stage::{KEY, SECRET, adyen, setup, until};

const PATIENCE: Duration = Duration::from_secs(10);

fn post(gateway: &Gateway, request: &[u8]) -> (u16, String) {
    let answer = gateway.send(request).expect("an answer");
    (answer.status, answer.text())
}

#[test]
fn a_notification_is_verified_stored_acknowledged_and_delivered_signed() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    assert_eq!(post(&gateway, &adyen().request(&Item::authorisation(7))), (200, "[accepted]".to_owned()));
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "it never arrived");
    let delivery = receiver.deliveries().remove(0);
    assert_eq!(delivery.signature, Signature::Valid);
    let payload = delivery.json();
    assert_eq!(payload["type"], "payment.authorised");
    assert_eq!(payload["id"], delivery.id());
    assert_eq!(payload["data"]["reference"], "order-7");
    assert_eq!(payload["data"]["amount"], serde_json::json!({ "value": 1250, "currency": "EUR", "decimals": 2 }));
    assert_eq!(payload["data"]["original"]["pspReference"], "TK00000000000007");
    let events = gateway.list("/api/v1/events?reference=order-7");
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["kind"], "payment.authorised");
}

#[test]
fn the_same_again_is_acknowledged_and_changes_nothing() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    for _ in 0..3 {
        assert_eq!(post(&gateway, &adyen().request(&Item::authorisation(1))).0, 200);
    }
    let events = gateway.list("/api/v1/events");
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["duplicates"], 2);
    assert!(receiver.wait_until(PATIENCE, |deliveries| !deliveries.is_empty()));
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(receiver.count(), 1);
}

#[test]
fn a_forgery_is_refused_and_kept_with_the_reason() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let forger = Adyen::new("/in/adyen", "TestMerchant", &"AB".repeat(32));
    let (status, body) = post(&gateway, &forger.request(&Item::authorisation(1)));
    assert_eq!(status, 401);
    assert!(body.contains("signature_mismatch"), "{body}");
    let quarantined = quarantine_of(&gateway, 1);
    assert_eq!(quarantined[0]["reason"], "signature_mismatch");
    assert_eq!(gateway.list("/api/v1/events").len(), 0);
    assert_eq!(receiver.count(), 0);
    let released = gateway
        .post(&format!("/api/v1/quarantine/{}/release", quarantined[0]["id"].as_str().expect("an id")), &Value::Null);
    assert_eq!(released.status, 409, "release verifies again and never forces: {}", released.text());
}

/// It was kept as often as it had items, and one request of a stranger made the doctor say that the same was refused again and
/// again.
#[test]
fn a_refused_batch_is_kept_once_however_many_of_its_items_are_forged() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let forger = Adyen::new("/in/adyen", "TestMerchant", &"AB".repeat(32));
    let item = |number| {
        let body: Value = serde_json::from_slice(&forger.body(&Item::authorisation(number))).expect("JSON");
        body["notificationItems"][0].clone()
    };
    let body = serde_json::json!({ "live": "false", "notificationItems": [item(1), item(2), item(3)] }).to_string();
    let request = wire::request("POST", "/in/adyen", &[("content-type", "application/json")], body.as_bytes());
    assert_eq!(post(&gateway, &request).0, 401);
    // A second one, so that everything of the first is written by now.
    assert_eq!(post(&gateway, &forger.request(&Item::authorisation(4))).0, 401);
    let quarantined = quarantine_of(&gateway, 2);
    assert_eq!(quarantined[1]["times"], 1, "{quarantined:?}");
    // The log's lines are written by a thread of their own.
    until(&gateway, PATIENCE, "a verdict of each item", || {
        gateway.log().iter().any(|line| line["message"] == "request" && line["verdicts"] == "signature_mismatch*3")
    });
}

/// The quarantine once it holds `count` entries: it is written best effort, after the answer.
fn quarantine_of(gateway: &Gateway, count: usize) -> Vec<Value> {
    for _ in 0..100 {
        let entries = gateway.list("/api/v1/quarantine");
        if entries.len() == count {
            return entries;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the quarantine never held {count} entries")
}

#[test]
fn another_amount_under_one_identity_waits_for_a_person() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let known = Item::authorisation(1);
    let changed = Item { value: 999_999, ..Item::authorisation(1) };
    assert_eq!(post(&gateway, &adyen().request(&known)).0, 200);
    assert_eq!(post(&gateway, &adyen().request(&changed)).0, 200, "it is authentic: it is kept");
    assert_eq!(post(&gateway, &adyen().request(&changed)).0, 200);
    let conflicts = gateway.list("/api/v1/conflicts");
    assert_eq!(conflicts.len(), 1);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1));
    let id = conflicts[0]["id"].as_str().expect("an id");
    let decided = gateway.post(&format!("/api/v1/conflicts/{id}/accept"), &Value::Null);
    assert_eq!(decided.status, 200, "{}", decided.text());
    assert!(
        receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 2),
        "the accepted version was not delivered"
    );
    let amounts: Vec<_> =
        receiver.deliveries().iter().map(|delivery| delivery.json()["data"]["amount"]["value"].clone()).collect();
    assert_eq!(amounts, [1_250, 999_999]);
    assert_eq!(gateway.post(&format!("/api/v1/conflicts/{id}/reject"), &Value::Null).status, 409, "decided once");
}

#[test]
fn a_foreign_account_is_acknowledged_set_aside_and_released_by_a_person() {
    let receiver = Receiver::start(Some(SECRET));
    let configuration = crate::stage::configuration(&receiver)
        .replace("provider = \"adyen\"", "provider = \"adyen\"\nmerchant_accounts = [\"TestMerchant\"]");
    let gateway = payhook_testkit::gateway::Setup::new(&configuration).start();
    let foreign = Adyen::new("/in/adyen", "SomebodyElse", KEY);
    assert_eq!(post(&gateway, &foreign.request(&Item::authorisation(1))), (200, "[accepted]".to_owned()));
    let aside = gateway.list("/api/v1/aside");
    assert_eq!(aside.len(), 1);
    assert_eq!(aside[0]["aside"]["reason"], "foreign_account");
    assert_eq!(receiver.count(), 0);
    let id = aside[0]["id"].as_str().expect("an id");
    assert_eq!(gateway.post(&format!("/api/v1/aside/{id}/release"), &Value::Null).status, 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "released, but not delivered");
    assert_eq!(gateway.list("/api/v1/aside").len(), 0);
}

#[test]
fn a_failing_receiver_is_tried_again_with_the_same_bytes() {
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|delivery| Behaviour::Answer(if delivery.number < 2 { 500 } else { 204 }));
    let gateway = setup(&receiver).start();
    assert_eq!(post(&gateway, &adyen().request(&Item::authorisation(1))).0, 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 3), "it was not tried again");
    let deliveries = receiver.deliveries();
    assert!(
        deliveries.iter().all(|delivery| delivery.body == deliveries[0].body && delivery.id() == deliveries[0].id())
    );
    let attempts: Vec<_> = deliveries.iter().map(|delivery| delivery.header("payhook-attempt").to_owned()).collect();
    assert_eq!(attempts, ["1", "2", "3"]);
    let settled = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        gateway.list("/api/v1/deliveries")[0]["state"] == "delivered"
    });
    assert!(settled, "delivered, but never settled");
}

#[test]
fn a_dead_letter_is_sent_again_when_a_person_says_so() {
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|delivery| Behaviour::Answer(if delivery.number == 0 { 410 } else { 200 }));
    let gateway = setup(&receiver).start();
    assert_eq!(post(&gateway, &adyen().request(&Item::authorisation(1))).0, 200);
    let dead = (0..200).find_map(|_| {
        std::thread::sleep(Duration::from_millis(20));
        gateway.list("/api/v1/deliveries?state=dead").pop()
    });
    let dead = dead.expect("410 makes a dead letter");
    assert_eq!(dead["state"], "rejected");
    let id = dead["id"].as_str().expect("an id");
    assert_eq!(gateway.post(&format!("/api/v1/deliveries/{id}/retry"), &Value::Null).status, 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 2), "it was not sent again");
    let again = receiver.deliveries().remove(1);
    assert_eq!((again.header("payhook-replay"), again.header("payhook-attempt")), ("true", "1"));
    assert_eq!(gateway.post(&format!("/api/v1/deliveries/{id}/retry"), &Value::Null).status, 409, "only once");
}

#[test]
fn what_is_written_is_told_and_delivered_though_the_sender_left() {
    let receiver = Receiver::start(Some(SECRET));
    let (setup, shim) = setup(&receiver).under_power_cut();
    let gateway = setup.start();
    assert_eq!(post(&gateway, &adyen().request(&Item::authorisation(1))).0, 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1));
    shim.slow_syncs(Duration::from_millis(400)).expect("the gateway runs under the shim");
    let changed = Item { value: 999_999, ..Item::authorisation(1) };
    for item in [changed, Item::authorisation(2)] {
        let mut sender = TcpStream::connect(gateway.public()).expect("the gateway listens");
        sender.write_all(&adyen().request(&item)).expect("sent");
        // Long enough to be judged and handed to the store, not long enough to be answered.
        std::thread::sleep(Duration::from_millis(150));
    }
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 2), "stored, but not delivered in time");
    let told = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        gateway.log().iter().any(|line| line["alert"] == "conflict")
    });
    assert!(told, "a conflict was stored and nobody was told");
}
