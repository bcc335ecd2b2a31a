//! How a destination is tried: a breaker that opens, probes and survives a restart; a rate; a pause; and a test of the way.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use payhook_testkit::binary;
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::receiver::{Behaviour, Delivery, Receiver};
use payhook_testkit::standard_webhooks::Signature;
use serde_json::Value;

use crate::stage::{SECRET, authorisation, configuration, until};

const PATIENCE: Duration = Duration::from_secs(30);

/// Long enough for a delivery that should not come.
const A_WHILE: Duration = Duration::from_millis(500);

/// The stage's destination with these lines more.
fn with(receiver: &Receiver, lines: &str) -> Setup {
    let lined = configuration(receiver).replace("type = \"http\"", &format!("type = \"http\"\n{lines}"));
    assert!(lined.contains(lines), "the stage has a destination");
    Setup::new(&lined)
}

fn send(gateway: &Gateway, orders: std::ops::Range<usize>) {
    for order in orders {
        assert_eq!(gateway.send(&authorisation(order)).expect("an answer").status, 200);
    }
}

fn shop(gateway: &Gateway) -> Value {
    gateway.get("/api/v1/destinations/shop").json()
}

fn turn(gateway: &Gateway, action: &str) -> Value {
    let answer = gateway.post(&format!("/api/v1/destinations/shop/{action}"), &Value::Null);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// `payhook destinations …` in the gateway's folder: how it ended, and what it said.
fn typed(gateway: &Gateway, words: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(binary::payhook())
        .arg("destinations")
        .args(words)
        .args(["--url", &format!("http://{}", gateway.admin())])
        .current_dir(gateway.folder())
        .env_clear()
        .env("PAYHOOK_TOKEN", gateway.token())
        .output()
        .expect("payhook runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

#[test]
fn a_breaker_opens_stays_open_through_a_kill_probes_alone_and_no_delivery_dies() {
    const ORDERS: usize = 20;
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|_| Behaviour::Answer(503));
    // Two tries and no more, were they counted while nobody is there.
    let lines = "concurrency = 2\nbreaker = { failures = 4, rest = \"2s\", rest_max = \"3s\" }";
    let short = configuration(&receiver).replace("type = \"http\"", &format!("type = \"http\"\n{lines}")).replace(
        "schedule = [\"100ms\", \"200ms\", \"500ms\", \"1s\", \"1s\", \"1s\", \"2s\", \"2s\", \"2s\"]",
        "schedule = [\"50ms\"]",
    );
    assert!(short.contains("schedule = [\"50ms\"]") && short.contains(lines), "the stage has a destination");
    let mut gateway = Setup::new(&short).start();
    send(&gateway, 0..ORDERS);
    until(&gateway, PATIENCE, "the rest", || shop(&gateway)["state"] == "resting");
    let rests = shop(&gateway);
    gateway.kill();
    gateway.restart();
    let after = shop(&gateway);
    assert_eq!((&after["state"], &after["down_since"]), (&rests["state"], &rests["down_since"]), "{after}");
    assert_eq!(after["resting_until"], rests["resting_until"], "a restart does not shorten the rest");
    receiver.forget();
    until(&gateway, PATIENCE, "the first probe", || receiver.count() == 1);
    std::thread::sleep(A_WHILE);
    assert_eq!(receiver.count(), 1, "one probe, and a longer rest");
    assert_eq!(shop(&gateway)["state"], "resting");
    receiver.behave(|_| Behaviour::Answer(200));
    let delivered = || gateway.list("/api/v1/deliveries?state=delivered").len();
    until(&gateway, PATIENCE, "the backlog", || delivered() == ORDERS);
    assert_eq!(shop(&gateway)["state"], "running");
    assert!(gateway.list("/api/v1/deliveries?state=dead").is_empty(), "an outage kills nothing");
    gateway.restart();
    assert_eq!(shop(&gateway)["state"], "running", "closed is closed after a restart, too");
}

#[test]
fn no_window_holds_more_than_the_rate_also_across_a_kill() {
    const ORDERS: usize = 12;
    let receiver = Receiver::start(Some(SECRET));
    let mut gateway = with(&receiver, "rate = \"4/s\"").start();
    send(&gateway, 0..ORDERS);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() >= ORDERS / 2), "half of them never came");
    gateway.kill();
    gateway.restart();
    let is_whole = |seen: &[Delivery]| seen.iter().map(Delivery::id).collect::<BTreeSet<_>>().len() == ORDERS;
    assert!(receiver.wait_until(PATIENCE, is_whole), "the rest never came");
    let at: Vec<Instant> = receiver.deliveries().iter().map(|delivery| delivery.at).collect();
    for (place, first) in at.iter().enumerate() {
        // They begin evenly spaced, and may travel for a while: five that began in more than a second may arrive in less.
        let window = at[place..].iter().take_while(|one| **one - *first < Duration::from_millis(900)).count();
        assert!(
            window <= 5,
            "{window} arrived in less than a second: {:?}",
            at.iter().map(|one| *one - at[0]).collect::<Vec<_>>()
        );
    }
    let took = at[at.len() - 1] - at[0];
    assert!(took >= Duration::from_millis(2_500), "{} arrived in {took:?}", at.len());
}

#[test]
fn a_pause_outlives_a_kill_and_resume_lets_everything_go() {
    let receiver = Receiver::start(Some(SECRET));
    let mut gateway = with(&receiver, "concurrency = 4").start();
    let (code, said) = typed(&gateway, &["pause", "shop"]);
    assert_eq!(code, Some(0), "{said}");
    send(&gateway, 0..5);
    gateway.kill();
    gateway.restart();
    send(&gateway, 5..10);
    std::thread::sleep(A_WHILE);
    assert_eq!((receiver.count(), shop(&gateway)["state"].clone()), (0, "paused".into()), "nothing begins");
    assert_eq!(turn(&gateway, "pause")["changed"], false, "it is paused already");
    let (code, said) = typed(&gateway, &["resume", "shop"]);
    assert_eq!((code, said.contains("running")), (Some(0), true), "{said}");
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 10), "they never came");
    gateway.restart();
    send(&gateway, 10..11);
    // What was not settled before the kill comes twice.
    until(&gateway, PATIENCE, "what came after the pause", || receiver.ids().len() == 11);
}

#[test]
fn a_test_goes_past_queue_and_pause_and_is_nobodys_money() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = with(&receiver, "concurrency = 1").start();
    turn(&gateway, "pause");
    let (code, said) = typed(&gateway, &["test", "shop"]);
    assert_eq!((code, said.contains("took the test event")), (Some(0), true), "{said}");
    let delivery = receiver.deliveries().remove(0);
    let json = delivery.json();
    assert_eq!((delivery.signature.clone(), delivery.header("payhook-test")), (Signature::Valid, "true"));
    assert_eq!((&json["type"], &json["data"]["test"]), (&"payhook.test".into(), &true.into()));
    assert!(json["data"].get("amount").is_none() && json["data"].get("payment").is_none(), "{json}");
    receiver.behave(|_| Behaviour::Answer(500));
    let (code, said) = typed(&gateway, &["test", "shop"]);
    assert!(code != Some(0) && said.contains("500"), "{code:?} {said}");
    std::thread::sleep(A_WHILE);
    assert_eq!(receiver.count(), 2, "it is not tried again");
    assert!(gateway.list("/api/v1/events").is_empty() && gateway.list("/api/v1/deliveries").is_empty(), "nor stored");
    assert_eq!(shop(&gateway)["failures"], 0, "and counted by nobody");
}
