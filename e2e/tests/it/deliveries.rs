//! What reaches a receiver: batches, the provider's own bytes, two sources for one account, and when it is tried again.

use std::time::Duration;

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::notifications::{Adyen, Item};
use payhook_testkit::receiver::{Behaviour, Delivery, Receiver};
use payhook_testkit::standard_webhooks::Signature;
use payhook_testkit::wire;
use serde_json::{Value, json};

use crate::stage::{KEY, SECRET, adyen, authorisation, configuration, setup, until};

const PATIENCE: Duration = Duration::from_secs(10);

/// Long enough for a delivery that should not come.
const A_WHILE: Duration = Duration::from_millis(400);

/// One notification with several items, each as signed by its sender.
fn batch(bodies: &[Vec<u8>]) -> String {
    let (opening, closing) = (r#"{"live":"false","notificationItems":["#, "]}");
    let item = |body: &Vec<u8>| {
        let body = std::str::from_utf8(body).expect("the body is text");
        body.strip_prefix(opening).and_then(|rest| rest.strip_suffix(closing)).expect("an envelope").to_owned()
    };
    // As a provider might write it, to see that nobody writes it anew.
    format!("{opening}\n  {}\n{closing} ", bodies.iter().map(item).collect::<Vec<_>>().join(" ,\n  "))
}

fn good(number: u64) -> Vec<u8> {
    adyen().body(&Item::authorisation(number))
}

fn forged(number: u64) -> Vec<u8> {
    Adyen::new("/in/adyen", "TestMerchant", &"AB".repeat(32)).body(&Item::authorisation(number))
}

fn foreign(number: u64) -> Vec<u8> {
    Adyen::new("/in/adyen", "SomebodyElse", KEY).body(&Item::authorisation(number))
}

fn post(gateway: &Gateway, target: &str, body: &str) -> u16 {
    let headers = [
        ("content-type", "application/json; charset=utf-8"),
        ("x-provider", "its own words"),
        ("authorization", "Basic dXNlcjpwYXNz"),
        ("cookie", "a=b"),
    ];
    gateway.send(&wire::request("POST", target, &headers, body.as_bytes())).expect("an answer").status
}

/// What the receiver took, in order of the orders.
fn references(receiver: &Receiver) -> Vec<String> {
    let reference = |delivery: &Delivery| delivery.json()["data"]["reference"].as_str().unwrap_or_default().to_owned();
    let mut references: Vec<_> = receiver.deliveries().iter().map(reference).collect();
    references.sort();
    references
}

/// A destination of `format = "original"` beside the one of stage, or in its place.
fn original(receiver: &Receiver) -> String {
    configuration(receiver).replace("type = \"http\"", "type = \"http\"\nformat = \"original\"")
}

#[test]
fn a_batch_is_an_event_an_item_and_a_delivery_an_event() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    assert_eq!(post(&gateway, "/in/adyen", &batch(&[good(1), good(2), good(3)])), 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 3), "not all arrived");
    assert_eq!(references(&receiver), ["order-1", "order-2", "order-3"]);
    assert_eq!(gateway.get("/api/v1/status").json()["notifications"], 1);
    assert_eq!(gateway.list("/api/v1/events").len(), 3);
}

#[test]
fn a_forged_item_does_not_hold_up_the_good_ones_beside_it() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let mixed = batch(&[good(1), forged(2), good(3)]);
    assert_eq!(post(&gateway, "/in/adyen", &mixed), 401, "one is not authentic");
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 2), "the good ones did not arrive");
    assert_eq!(references(&receiver), ["order-1", "order-3"]);
    assert_eq!(post(&gateway, "/in/adyen", &mixed), 401);
    assert_eq!(post(&gateway, "/in/adyen", &batch(&[good(1), good(2), good(3)])), 200, "the cure");
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 3), "the third did not arrive");
    std::thread::sleep(A_WHILE);
    assert_eq!(references(&receiver), ["order-1", "order-2", "order-3"], "repeats are absorbed");
    let duplicates: Vec<_> = gateway.list("/api/v1/events").iter().map(|event| event["duplicates"].clone()).collect();
    assert_eq!(duplicates.iter().filter(|count| **count == 2).count(), 2, "{duplicates:?}");
}

#[test]
fn the_providers_own_bytes_and_headers_come_once_per_notification() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = Setup::new(&original(&receiver)).start();
    let body = batch(&[good(1), good(2), good(3)]);
    for _ in 0..2 {
        assert_eq!(post(&gateway, "/in/adyen", &body), 200);
    }
    assert!(receiver.wait_until(PATIENCE, |deliveries| !deliveries.is_empty()), "it never arrived");
    std::thread::sleep(A_WHILE);
    let deliveries = receiver.deliveries();
    assert_eq!(deliveries.len(), 1, "three items, one notification");
    let delivery = &deliveries[0];
    assert_eq!(delivery.body, body.as_bytes(), "byte for byte");
    assert_eq!(delivery.signature, Signature::Valid);
    assert_eq!(delivery.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(delivery.header("x-provider"), "its own words");
    assert!(!delivery.headers.contains_key("authorization") && !delivery.headers.contains_key("cookie"));
    let mut events = gateway.list("/api/v1/events");
    events.sort_by_key(|event| event["reference"].to_string());
    assert_eq!(delivery.id(), events[0]["id"], "the id is that of its first new event");
}

#[test]
fn a_mixed_notification_is_never_sent_as_the_provider_wrote_it() {
    let receiver = Receiver::start(Some(SECRET));
    let configuration = original(&receiver)
        .replace("provider = \"adyen\"", "provider = \"adyen\"\nmerchant_accounts = [\"TestMerchant\"]");
    let gateway = Setup::new(&configuration).start();
    assert_eq!(post(&gateway, "/in/adyen", &batch(&[good(1), forged(2)])), 401);
    assert_eq!(post(&gateway, "/in/adyen", &batch(&[good(3), foreign(4)])), 200);
    let alert = gateway.wait_for_log(
        "a notification with a refused, set-aside or unsigned item is not sent to destinations of format = \"original\"",
        PATIENCE,
    );
    assert!(alert.is_some(), "nobody was told");
    std::thread::sleep(A_WHILE);
    assert_eq!(receiver.count(), 0);
    assert_eq!(post(&gateway, "/in/adyen", &batch(&[good(5)])), 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "a whole one did not arrive");
    // Nor when a person asks for everything again, by the routes or for the destination.
    for asked in [json!({ "source": "adyen" }), json!({ "destination": "shop" })] {
        receiver.forget();
        let begun = gateway.post("/api/v1/replays", &asked).json();
        assert!(receiver.wait_until(PATIENCE, |deliveries| !deliveries.is_empty()), "the whole one did not come again");
        let replay = format!("/api/v1/replays/{}", begun["id"].as_str().expect("an id"));
        until(&gateway, PATIENCE, "the replay's end", || gateway.get(&replay).json()["state"] == "done");
        std::thread::sleep(A_WHILE);
        let bodies: Vec<_> = receiver.deliveries().into_iter().map(|delivery| delivery.body).collect();
        assert_eq!(bodies, [batch(&[good(5)]).into_bytes()], "{asked}");
        assert_eq!(gateway.get(&replay).json()["withheld"], 2, "and it says so");
    }
}

#[test]
fn two_sources_for_one_account_join_one_event() {
    let (shop, books) = (Receiver::start(Some(SECRET)), Receiver::start(Some(SECRET)));
    let second = format!(
        r#"
sources = ["adyen"]

[[source]]
name = "second"
provider = "adyen"
keys = ["{KEY}"]

[[destination]]
name = "books"
type = "http"
url = "{url}"
secret = "{SECRET}"
allow = ["127.0.0.0/8"]

[[route]]
sources = ["second"]
to = ["books", "shop"]
"#,
        url = books.url()
    );
    let gateway = Setup::new(&(configuration(&shop) + &second)).start();
    let body = batch(&[good(1)]);
    assert_eq!(post(&gateway, "/in/adyen", &body), 200);
    assert!(shop.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "it never arrived");
    assert_eq!(books.count(), 0, "only the second source leads there");
    assert_eq!(post(&gateway, "/in/second", &body), 200);
    assert!(books.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "the missing delivery was not added");
    for target in ["/in/second", "/in/adyen"] {
        assert_eq!(post(&gateway, target, &body), 200);
    }
    std::thread::sleep(A_WHILE);
    assert_eq!((shop.count(), books.count()), (1, 1), "each once");
    assert_eq!(shop.deliveries()[0].id(), books.deliveries()[0].id());
    assert_eq!(gateway.list("/api/v1/events").len(), 1);
}

#[test]
fn a_receiver_that_asks_for_time_gets_it() {
    let receiver = Receiver::start(Some(SECRET));
    let asked = Duration::from_secs(2);
    receiver.behave(|delivery| match delivery.number {
        0 => Behaviour::AskToWait(503, 2),
        1 => Behaviour::AskToWait(429, 2),
        // Not one of the two: the schedule's own waits, of half a second at most, go on.
        2 => Behaviour::AskToWait(500, 60),
        _ => Behaviour::Answer(200),
    });
    let gateway = setup(&receiver).start();
    assert_eq!(gateway.send(&authorisation(1)).expect("an answer").status, 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 4), "it was not tried again");
    let at: Vec<_> = receiver.deliveries().iter().map(|delivery| delivery.at).collect();
    let waits: Vec<_> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(waits[0] >= asked && waits[1] >= asked && waits[2] < asked, "{waits:?}");
}

#[test]
fn a_redirect_is_not_followed_and_a_huge_answer_is_not_read() {
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|delivery| match delivery.number {
        0 => Behaviour::Answer(302),
        1 => Behaviour::Answer(308),
        _ => Behaviour::Say(vec![b'x'; 4 << 20].into()),
    });
    let gateway = setup(&receiver).start();
    assert_eq!(gateway.send(&authorisation(1)).expect("an answer").status, 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 3), "it was not tried again");
    let settled = || gateway.list("/api/v1/deliveries")[0].clone();
    let began = std::time::Instant::now();
    while settled()["state"] != "delivered" {
        assert!(began.elapsed() < PATIENCE, "{}", settled());
        std::thread::sleep(Duration::from_millis(20));
    }
    let id = settled()["id"].as_str().expect("an id").to_owned();
    let shown = gateway.get(&format!("/api/v1/deliveries/{id}")).json();
    let statuses: Vec<_> =
        shown["attempt_log"].as_array().map_or(&[][..], Vec::as_slice).iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, [&Value::from(302), &Value::from(308), &Value::from(200)], "{shown}");
}

#[test]
fn each_destination_says_how_long_its_own_deliveries_wait() {
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|_| Behaviour::Answer(503));
    let text = configuration(&receiver);
    let shop = &text[text.find("[[destination]]").expect("one")..text.find("[[route]]").expect("one")];
    let quiet = shop.replace("\"shop\"", "\"quiet\"");
    let books = shop.replace("\"shop\"", "\"books\"");
    let routes = "[[route]]\nevents = [\"payment.*\"]\nto = [\"shop\", \"books\"]\n[[route]]\nevents = [\"payout.*\"]\nto = [\"quiet\"]\n";
    let gateway =
        Setup::new(&format!("{}{books}{quiet}{routes}", &text[..text.find("[[route]]").expect("one")])).start();
    assert_eq!(gateway.send(&authorisation(1)).expect("an answer").status, 200);
    until(&gateway, PATIENCE, "both were tried", || receiver.count() >= 2);
    let oldest = |name: &str| gateway.get(&format!("/api/v1/destinations/{name}")).json()["oldest_pending"].clone();
    assert!(oldest("shop").is_string() && oldest("books").is_string(), "{} {}", oldest("shop"), oldest("books"));
    assert_eq!(oldest("quiet"), Value::Null);
}
