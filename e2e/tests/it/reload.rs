//! A changed configuration takes the place of the running one: all of it or nothing, and no request notices.
//!
//! - `by_hand`: a process started without the test kit, for what comes before it is ready.
//! - `places`: listeners that move, and certificates.
//! - `moments`: a signal at the start, at the stop, and a kill in between.
//! - `storm`: ten a second, half of them wrong.

mod by_hand;
mod moments;
mod places;
mod storm;

use std::collections::BTreeSet;
use std::io::{BufReader, Write};
use std::time::{Duration, Instant};

use payhook_testkit::gateway::Gateway;
use payhook_testkit::notifications::{Adyen, Item};
use payhook_testkit::poster::Fate;
use payhook_testkit::receiver::{Behaviour, Receiver};
use payhook_testkit::standard_webhooks::Signature;
use payhook_testkit::wire::read_answer;
use serde_json::Value;

use crate::stage::{KEY, SECRET, Stored, authorisation, nothing_is_lost, setup, until};

const PATIENCE: Duration = Duration::from_secs(20);

/// Another key, and another secret.
const KEY_NEW: &str = "AA1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C4B5A69788796A5B4C3D2E1AA";
/// A key that no configuration has.
const KEY_FORGED: &str = "BB1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C4B5A69788796A5B4C3D2E1BB";
const SECRET_NEW: &str = "whsec_YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODk=";

/// Connections that post at once, and how long each waits between two requests.
const CONNECTIONS: usize = 4;
const PAUSE: Duration = Duration::from_millis(4);

/// Between two reloads.
const EVERY: Duration = Duration::from_millis(100);

/// The `round`th configuration that can be taken: each differs from the one before in source, destination and route.
fn fine(text: &str, round: usize) -> String {
    let keys = if round.is_multiple_of(2) { format!("\"{KEY}\", \"{KEY_NEW}\"") } else { format!("\"{KEY}\"") };
    let concurrency = format!("concurrency = {}\nretry =", [4, 16, 32][round % 3]);
    text.replacen(&format!("\"{KEY}\""), &keys, 1).replacen("retry =", &concurrency, 1).replacen(
        "[[route]]",
        &format!("[[route]]\nname = \"round-{}\"", round % 4),
        1,
    )
}

fn said(reload: &Value) -> String {
    let mistakes = reload["mistakes"].as_array().expect("a list");
    mistakes.iter().map(|one| format!("{}\n  hint: {}\n", one["what"], one["hint"])).collect()
}

fn digest(gateway: &Gateway) -> String {
    gateway.get("/api/v1/status").json()["config"].as_str().expect("a digest").to_owned()
}

fn taken(reload: &Value) -> String {
    assert_eq!(reload["outcome"], "taken", "{reload}");
    reload["changes"].as_array().expect("a list").iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_refusal_tells_every_mistake_at_once_as_the_check_does_and_changes_nothing() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let (text, before) = (gateway.configuration(), digest(&gateway));
    let wrong =
        text.replacen("events = [\"*\"]", "evnts = [\"*\"]", 1).replacen("type = \"http\"", "type = \"htp\"", 1);
    let reload = gateway.reload(&wrong);
    assert_eq!((reload["outcome"].as_str(), digest(&gateway)), (Some("refused"), before));
    let said = said(&reload);
    let line = gateway.wait_for_log("the changed configuration is refused; the one before it runs on", PATIENCE);
    let line = line.expect("an error line");
    assert_eq!(line["level"], "ERROR");
    let config = gateway.folder().join("payhook.toml");
    let check = std::process::Command::new(payhook_testkit::binary::payhook())
        .args(["check", "--json", "--config"])
        .arg(config)
        .output()
        .expect("runs");
    let check: Value = serde_json::from_slice(&check.stdout).expect("JSON");
    let mistakes = check["mistakes"].as_array().expect("a list");
    assert!(mistakes.len() >= 2, "{check}");
    for mistake in mistakes {
        let what = mistake["what"].as_str().expect("a text");
        assert!(line["mistakes"].as_str().is_some_and(|told| told.contains(what)), "{what}: {line}");
    }
    assert_eq!(reload["mistakes"], check["mistakes"], "{said}");
    let alerts = || gateway.list("/api/v1/events?kind=alert.reload_refused").len();
    let began = Instant::now();
    while alerts() == 0 && began.elapsed() < PATIENCE {
        std::thread::sleep(EVERY);
    }
    gateway.reload(&wrong);
    assert_eq!(alerts(), 1, "the same mistakes are one alert");
    assert_eq!(gateway.send(&authorisation(1)).expect("an answer").status, 200);
    nothing_is_lost_of(&gateway, &receiver, 1);
}

/// One order arrived; the alert is an event too, and goes nowhere.
fn nothing_is_lost_of(gateway: &Gateway, receiver: &Receiver, orders: usize) {
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == orders), "{}", receiver.count());
    assert_eq!(gateway.list("/api/v1/events?source=adyen").len(), orders);
}

#[test]
fn a_key_comes_and_another_retires_without_a_restart() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let new = Adyen::new("/in/adyen", "TestMerchant", KEY_NEW);
    let post = |request: &[u8]| gateway.send(request).expect("an answer").status;
    let signed_new = |number| new.request(&Item::authorisation(number));
    assert_eq!((post(&authorisation(1)), post(&signed_new(2))), (200, 401));

    let text = gateway.configuration();
    let both = text.replacen(&format!("\"{KEY}\""), &format!("\"{KEY}\", \"{KEY_NEW}\""), 1);
    let changes = taken(&gateway.reload(&both));
    assert!(changes.starts_with("source `adyen`: key `key-2` added (check value "), "{changes}");
    assert_eq!((post(&authorisation(3)), post(&signed_new(4))), (200, 200));

    let retired = both.replacen(&format!("\"{KEY}\""), &format!("{{ key = \"{KEY}\", retired = true }}"), 1);
    let changes = taken(&gateway.reload(&retired));
    assert!(changes.contains("key `key-1` changed (check value ") && changes.contains("retired"), "{changes}");
    assert_eq!((post(&authorisation(5)), post(&signed_new(6))), (401, 200));
    assert!(gateway.wait_for_log("configuration changed", PATIENCE).is_some(), "{}", gateway.log_text());
    let log = gateway.log_text();
    assert!(!log.contains(KEY) && !log.contains(KEY_NEW), "a key was shown");
    nothing_is_lost(&gateway, &receiver, &[1, 3, 4, 6].into());
}

#[test]
fn a_request_is_judged_by_the_configuration_it_began_under() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let text = gateway.configuration();
    let request = authorisation(1);
    let (first, rest) = request.split_at(request.len() - 20);
    let mut sender = std::net::TcpStream::connect(gateway.public()).expect("a connection");
    sender.write_all(first).expect("sent");
    std::thread::sleep(2 * EVERY);
    taken(&gateway.reload(&text.replacen(KEY, KEY_NEW, 1)));
    assert_eq!(gateway.send(&authorisation(2)).expect("an answer").status, 401, "the key is gone");
    sender.write_all(rest).expect("sent");
    let answer = read_answer(&mut BufReader::new(sender)).expect("an answer");
    assert_eq!(answer.status, 200);
    nothing_is_lost(&gateway, &receiver, &[1].into());
}

#[test]
fn what_is_sent_after_a_change_goes_to_the_new_url_with_the_new_secret_and_what_was_in_hand_is_finished_before() {
    const ORDERS: usize = 12;
    let (old, new) = (Receiver::start(Some(SECRET)), Receiver::start(Some(SECRET_NEW)));
    old.behave(|_| Behaviour::AnswerLate(200, Duration::from_secs(1)));
    let gateway = setup(&old).start();
    let text = gateway.configuration().replacen("retry =", "concurrency = 2\nretry =", 1);
    taken(&gateway.reload(&text));
    for order in 0..ORDERS {
        assert_eq!(gateway.send(&authorisation(order)).expect("an answer").status, 200);
    }
    assert!(old.wait_until(PATIENCE, |deliveries| deliveries.len() == 2), "nothing was in hand");
    let changes = taken(&gateway.reload(&text.replacen(&old.url(), &new.url(), 1).replacen(SECRET, SECRET_NEW, 1)));
    assert_eq!(changes, "destination `shop`: url, secret");
    assert!(new.wait_until(PATIENCE, |deliveries| deliveries.len() == ORDERS - 2), "{} arrived", new.count());
    let states = || -> Vec<Value> {
        gateway.list("/api/v1/deliveries?limit=100").into_iter().map(|mut delivery| delivery["state"].take()).collect()
    };
    let began = Instant::now();
    while states().iter().any(|state| state != "delivered") && began.elapsed() < PATIENCE {
        std::thread::sleep(EVERY);
    }
    assert_eq!(states(), vec![Value::from("delivered"); ORDERS]);
    assert_eq!((old.count(), new.count()), (2, ORDERS - 2), "each went one way, once");
    let signed = |receiver: &Receiver| receiver.deliveries().iter().all(|one| one.signature == Signature::Valid);
    assert!(signed(&old) && signed(&new));
}

#[test]
fn a_destination_that_is_owed_something_stays_unless_it_is_abandoned_and_then_comes_back() {
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|_| Behaviour::Answer(503));
    let gateway = setup(&receiver).start();
    let text = gateway.configuration();
    let orders: BTreeSet<usize> = (0..5).collect();
    for order in &orders {
        assert_eq!(gateway.send(&authorisation(*order)).expect("an answer").status, 200);
    }
    let gone = &text[..text.find("[[destination]]").expect("there is one")];
    let reload = gateway.reload(gone);
    assert_eq!(reload["outcome"], "refused", "{reload}");
    assert!(said(&reload).contains("destination `shop` is gone while 5 deliveries are owed to it"), "{reload}");
    assert!(said(&reload).contains("abandon = [\\\"shop\\\"]"), "{reload}");

    let abandoned = format!("abandon = [\"shop\"]\n{gone}");
    assert_eq!(taken(&gateway.reload(&abandoned)), "destination `shop` removed; route `1` removed; the file: abandon");
    let status = gateway.get("/api/v1/status").json();
    assert_eq!(status["orphaned"], serde_json::json!([{ "destination": "shop", "owed": 5 }]));
    receiver.behave(|_| Behaviour::Answer(200));
    let after = receiver.count();
    std::thread::sleep(Duration::from_secs(2));
    assert!(receiver.count() <= after + 1, "what was given up is not sent");
    assert_eq!(gateway.list("/api/v1/deliveries").len(), 5, "and is kept");

    let both = format!("abandon = [\"shop\"]\n{text}");
    assert!(said(&gateway.reload(&both)).contains("`abandon` names `shop`, which is configured"));
    taken(&gateway.reload(&text));
    // On a slow machine it has failed often enough by now to be left to rest.
    assert_eq!(gateway.post("/api/v1/destinations/shop/resume", &serde_json::json!({})).status, 200);
    nothing_is_lost(&gateway, &receiver, &orders);
    assert_eq!(gateway.get("/api/v1/status").json()["orphaned"], serde_json::json!([]));
    let began = Instant::now();
    while gateway.list("/api/v1/deliveries?state=delivered").len() < orders.len() && began.elapsed() < PATIENCE {
        std::thread::sleep(EVERY);
    }
    taken(&gateway.reload(gone));
}

#[test]
fn what_is_abandoned_with_a_try_under_way_is_neither_down_nor_late_in_the_metrics() {
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|_| Behaviour::AnswerLate(503, Duration::from_secs(2)));
    let gateway = setup(&receiver).start();
    let patient = "type = \"http\"\nbreaker = { failures = 1 }";
    taken(&gateway.reload(&gateway.configuration().replace("type = \"http\"", patient)));
    let text = gateway.configuration();
    assert_eq!(gateway.send(&authorisation(1)).expect("an answer").status, 200);
    assert!(receiver.wait_until(PATIENCE, |heard| heard.len() == 1), "no try began");
    let gone = &text[..text.find("[[destination]]").expect("there is one")];
    taken(&gateway.reload(&format!("abandon = [\"shop\"]\n{gone}")));
    until(&gateway, PATIENCE, "the try's end", || gateway.list("/api/v1/deliveries")[0]["attempts"] == 1);
    std::thread::sleep(EVERY);
    let metrics = gateway.get("/metrics").text();
    assert!(!metrics.lines().any(|line| line.starts_with("payhook_breaker_open{")), "{metrics}");
    let oldest = metrics.lines().find(|line| line.contains("oldest_pending_seconds")).expect("told");
    assert!(oldest.ends_with(" 0"), "{oldest}");
    assert_eq!(gateway.get("/api/v1/status").json()["oldest_pending"], Value::Null);
    taken(&gateway.reload(&text));
    let metrics = gateway.get("/metrics").text();
    assert!(metrics.contains("payhook_breaker_open{destination=\"shop\"} 1"), "it is back, and down:\n{metrics}");
}

#[test]
fn a_destination_taken_out_and_put_back_under_load_is_sent_everything_once() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let text = gateway.configuration();
    let gone = &text[..text.find("[[destination]]").expect("there is one")];
    let load = gateway.load(CONNECTIONS, |number| {
        std::thread::sleep(PAUSE);
        Some(authorisation(number))
    });
    let (mut removed, began) = (0, Instant::now());
    while began.elapsed() < Duration::from_secs(6) {
        removed += usize::from(gateway.reload(gone)["outcome"] == "taken");
        taken_or_unchanged(&gateway.reload(&text));
    }
    load.stop();
    let fates = load.finish();
    assert!(fates.values().all(Fate::acknowledged), "{fates:?}");
    let owed = |state: &str| gateway.list(&format!("/api/v1/deliveries?state={state}&limit=500")).len();
    let began = Instant::now();
    while owed("pending") + owed("blocked") > 0 && began.elapsed() < PATIENCE {
        std::thread::sleep(EVERY);
    }
    let delivered = owed("delivered");
    assert_eq!((owed("pending"), owed("blocked")), (0, 0), "owed under the old configuration and forgotten");
    assert_eq!(receiver.count(), delivered, "sent once each");
    assert_eq!(Stored::of(&gateway).orders.len(), fates.len());
    println!("{removed} times removed under load, {delivered} of {} events were wanted", fates.len());
    assert!(removed > 0, "it was owed something each time");
}

fn taken_or_unchanged(reload: &Value) {
    assert!(reload["outcome"] == "taken" || reload["outcome"] == "unchanged", "{reload}");
}

#[test]
fn a_watched_file_is_taken_when_it_is_written_and_refused_once_when_it_is_wrong() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).argument("--watch").start();
    let first = gateway.reloaded_since(&Value::Null);
    assert_eq!(first["outcome"], "unchanged", "what changed while it started would be taken: {first}");
    let text = gateway.configuration();
    gateway.rewrite(&text.replacen("retry =", "concurrency = 2\nretry =", 1));
    let second = gateway.reloaded_since(&first);
    assert_eq!(taken(&second), "destination `shop`: concurrency");
    gateway.rewrite("version = 1\n");
    let third = gateway.reloaded_since(&second);
    assert_eq!(third["outcome"], "refused", "{third}");
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(gateway.reloaded()["at"], third["at"], "it is not tried again and again");
    std::fs::write(gateway.folder().join(".env"), "UNUSED=1\n").expect("written");
    let fourth = gateway.reloaded_since(&third);
    assert_eq!(fourth["outcome"], "refused", "the variables are looked at too");
}
