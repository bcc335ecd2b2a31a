//! A backlog: memory does not grow with what is owed, and when the destination is back it drains oldest first while what
//! comes new does not wait behind it.

use std::collections::BTreeMap;
use std::time::Duration;

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::receiver::{Behaviour, Delivery, Receiver};
use payhook_testkit::scale;
use serde_json::Value;

use crate::stage::{SECRET, authorisation, configuration};

/// Connections that post at once.
const CONNECTIONS: usize = 16;

/// Longest anything may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Most that memory may grow from a quarter of the backlog to all of it. In the short run that is 45,000 deliveries, whose
/// bodies alone are 30 MiB; in the long one 750,000, of which one number of 24 bytes each would be 17 MiB.
const GROWTH_MAX: u64 = 16 << 20;

fn send(gateway: &Gateway, first: usize, last: usize) {
    let fates = gateway.load(CONNECTIONS, move |number| (first + number < last).then(|| authorisation(first + number)));
    let fates = fates.finish();
    assert_eq!(fates.values().filter(|fate| fate.acknowledged()).count(), last - first);
}

fn set(gateway: &Gateway, what: &str) {
    let answer = gateway.post(&format!("/api/v1/destinations/shop/{what}"), &Value::Null);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn order_of(delivery: &Delivery) -> usize {
    let json = delivery.json();
    let reference = json["data"]["reference"].as_str().unwrap_or_default();
    reference.strip_prefix("order-").and_then(|number| number.parse().ok()).expect("only orders were sent")
}

/// The place at which each order came first.
fn places(deliveries: &[Delivery]) -> BTreeMap<usize, usize> {
    let mut places = BTreeMap::new();
    for (place, delivery) in deliveries.iter().enumerate() {
        places.entry(order_of(delivery)).or_insert(place);
    }
    places
}

#[test]
fn memory_is_flat_however_much_is_owed_to_a_destination_that_is_down() {
    let owed: usize = scale::of("PAYHOOK_OWED", 60_000, 1_000_000);
    let receiver = Receiver::start(Some(SECRET));
    let setup = Setup::new(&configuration(&receiver));
    // Nobody listens there any more: connections are refused.
    drop(receiver);
    let gateway = setup.start();
    let quarters = [0, 1, 2, 3].map(|quarter| {
        send(&gateway, owed * quarter / 4, owed * (quarter + 1) / 4);
        gateway.usage().rss
    });
    println!("MiB after each quarter of {owed}: {:?}", quarters.map(|rss| rss >> 20));
    let counts = gateway.get("/api/v1/status").json()["deliveries"].clone();
    let pending = counts.as_array().into_iter().flatten().find(|count| count["state"] == "pending");
    assert_eq!(pending.expect("some are pending")["count"], owed, "all are owed");
    let growth = quarters[3].saturating_sub(quarters[0]);
    assert!(growth < GROWTH_MAX, "{} MiB more: {quarters:?}", growth >> 20);
}

#[test]
fn a_backlog_drains_oldest_first_but_for_every_fourth_which_is_the_newest() {
    const ORDERS: usize = 400;
    /// More than the desk holds: four at the destination, and three more for each.
    const HELD: usize = 32;
    let receiver = Receiver::start(Some(SECRET));
    let shop = configuration(&receiver).replace("type = \"http\"", "type = \"http\"\nconcurrency = 4");
    let gateway = Setup::new(&shop).start();
    set(&gateway, "pause");
    for order in 0..ORDERS {
        send(&gateway, order, order + 1);
    }
    assert_eq!(receiver.count(), 0, "it is paused");
    set(&gateway, "resume");
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == ORDERS), "the backlog does not drain");
    let places = places(&receiver.deliveries());
    for (order, place) in &places {
        // Three in four are the oldest, from one end, and one in four the newest, from the other.
        let latest = (order * 4 / 3).min((ORDERS - 1 - order) * 4) + HELD;
        assert!(*place <= latest, "order {order} came at place {place}, not by {latest}");
    }
    assert_eq!(places.len(), ORDERS);
}

#[test]
fn what_comes_new_is_tried_while_old_retries_go_on() {
    const OLD: usize = 400;
    const NEW: usize = 20;
    /// How many old ones come between two new ones.
    const BETWEEN: usize = 8;
    /// In hand or handed out when the new one is committed, and a look more.
    const HELD: usize = 32;
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|_| Behaviour::Answer(500));
    let shop = configuration(&receiver)
        .replace("type = \"http\"", "type = \"http\"\nbreaker = false\nconcurrency = 4")
        .replace("schedule = [", &format!("schedule = [{}", "\"1s\", ".repeat(20)));
    let gateway = Setup::new(&shop).start();
    send(&gateway, 0, OLD);
    assert!(receiver.wait_until(PATIENCE, |deliveries| places(deliveries).len() == OLD), "each is tried once");
    set(&gateway, "pause");
    // Every retry is due by now.
    std::thread::sleep(Duration::from_millis(1_500));
    receiver.behave(|_| Behaviour::AnswerLate(200, Duration::from_millis(10)));
    receiver.forget();
    set(&gateway, "resume");
    let mut known = Vec::new();
    for new in OLD..OLD + NEW {
        let seen = receiver.count();
        assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() >= seen + BETWEEN), "old retries starve");
        send(&gateway, new, new + 1);
        known.push((new, receiver.count()));
    }
    assert!(receiver.wait_until(PATIENCE, |deliveries| places(deliveries).len() == OLD + NEW), "not all came");
    let places = places(&receiver.deliveries());
    for (new, seen) in known {
        assert!(places[&new] <= seen + HELD, "order {new}, known at {seen}, came at {}", places[&new]);
    }
    let newest = places[&(OLD + NEW - 1)];
    let still_owed = (0..OLD).filter(|old| places[old] > newest).count();
    assert!(still_owed > HELD, "the backlog was over before the new ones came");
}
