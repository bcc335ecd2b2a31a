//! Order: no delivery of a payment arrives before the one before it is final, through failures, kills, retries and
//! replays; and nothing is stuck.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::notifications::Item;
use payhook_testkit::receiver::{Behaviour, Delivery, Receiver};
use payhook_testkit::scale;
use serde_json::{Value, json};

use crate::stage::{SECRET, adyen, configuration};

/// Connections that post at once.
const CONNECTIONS: usize = 16;

/// What happens to each payment.
const CODES: [&str; 4] = ["AUTHORISATION", "CAPTURE", "REFUND", "REFUND_FAILED"];

/// Longest anything may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The request for step `number % 4` of payment `number / 4`.
fn step(number: usize) -> Vec<u8> {
    let (payment, code) = (number / CODES.len(), CODES[number % CODES.len()]);
    let authorisation = Item::authorisation(u64::try_from(payment).expect("few"));
    let item = match code {
        "AUTHORISATION" => authorisation,
        "CAPTURE" => Item { psp_reference: format!("CP{payment:014}"), ..change(&authorisation, code) },
        _ => Item { psp_reference: format!("RF{payment:014}"), ..change(&authorisation, code) },
    };
    adyen().request(&item)
}

fn change(authorisation: &Item, code: &str) -> Item {
    Item { original_reference: authorisation.psp_reference.clone(), code: code.to_owned(), ..authorisation.clone() }
}

/// Fails three tries in ten, never the sixth of a delivery.
fn moody(delivery: &Delivery) -> Behaviour {
    if fails(delivery) { Behaviour::Answer(500) } else { Behaviour::Answer(200) }
}

fn fails(delivery: &Delivery) -> bool {
    let attempt: u64 = delivery.header("payhook-attempt").parse().expect("a number");
    let name = delivery.header("payhook-delivery").bytes();
    let seed = name.fold(attempt, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    attempt < 6 && fastrand::Rng::with_seed(seed).u8(0..10) < 3
}

fn impatient(receiver: &Receiver) -> Setup {
    let schedule = "schedule = [\"20ms\", \"20ms\", \"40ms\", \"40ms\", \"80ms\", \"80ms\", \"1s\", ";
    let impatient = configuration(receiver).replace("schedule = [", schedule);
    assert!(impatient.contains(schedule), "the stage says when it is tried again");
    Setup::new(&impatient)
}

#[test]
fn no_delivery_of_a_payment_arrives_before_the_one_before_it_is_final() {
    let payments = scale::of("PAYHOOK_PAYMENTS", 1_000, 20_000);
    let kills = scale::of("PAYHOOK_ORDER_KILLS", 4, 40);
    let mut random = fastrand::Rng::with_seed(scale::of("PAYHOOK_ORDER_SEED", 5, 5));
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(moody);
    let mut gateway = impatient(&receiver).start();
    let all = payments * CODES.len();
    for round in 0..kills {
        let load = gateway.load(CONNECTIONS, move |number| (number < all).then(|| step(number)));
        let moment = all * (round + 1) / (kills + 2);
        assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= moment), "round {round} never got going");
        std::thread::sleep(Duration::from_micros(random.u64(0..50_000)));
        gateway.kill();
        drop(load.finish());
        gateway.restart();
        if round == 0 {
            replay_a_few(&gateway);
        }
    }
    let load = gateway.load(CONNECTIONS, move |number| (number < all).then(|| step(number)));
    assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= all), "not all were taken");
    drop(load.finish());
    wait_until_nothing_is_owed(&gateway);
    let mut events = gateway.list("/api/v1/events?limit=500");
    // Ten failures in a row are rare, but of so many tries some are: then the gateway tells of it, as an event of its own.
    events.retain(|event| event["source"] != "payhook");
    assert_eq!(events.len(), all, "each event once");
    every_delivery_came_after_those_before_it(&receiver, &events);
}

/// New deliveries of what is stored: they stand at the end of their lanes.
fn replay_a_few(gateway: &Gateway) {
    for number in 0..5 {
        let events = gateway.list(&format!("/api/v1/events?reference=order-{number}"));
        let Some(first) = events.last() else { continue };
        let replayed = gateway.post("/api/v1/replays", &json!({ "events": [first["id"]] }));
        assert!(replayed.status < 300, "{}", replayed.text());
    }
}

fn wait_until_nothing_is_owed(gateway: &Gateway) {
    let began = std::time::Instant::now();
    loop {
        let open: usize = ["pending", "blocked", "held"]
            .iter()
            .map(|state| gateway.list(&format!("/api/v1/deliveries?state={state}&limit=500")).len())
            .sum();
        if open == 0 {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "{open} deliveries are stuck:\n{}", gateway.log_text());
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(gateway.list("/api/v1/deliveries?state=dead").is_empty(), "no delivery died");
}

/// The receiver's own record against the store's sequence. Replays are told apart by their header.
fn every_delivery_came_after_those_before_it(receiver: &Receiver, events: &[Value]) {
    let mut lanes: BTreeMap<&str, Vec<(i64, &str)>> = BTreeMap::new();
    for event in events {
        let seq = event["seq"].as_str().and_then(|seq| seq.strip_prefix("seq_")?.parse().ok()).expect("a row");
        let payment = event["payment"].as_str().expect("each is about a payment");
        lanes.entry(payment).or_default().push((seq, event["id"].as_str().expect("an id")));
    }
    let deliveries = receiver.deliveries();
    let (mut first_try, mut taken) = (BTreeMap::new(), BTreeMap::new());
    for delivery in deliveries.iter().filter(|delivery| delivery.header("payhook-replay").is_empty()) {
        first_try.entry(delivery.id()).or_insert(delivery.number);
        if !fails(delivery) {
            taken.entry(delivery.id()).or_insert(delivery.number);
        }
    }
    let mut tried_again = BTreeSet::new();
    for (payment, lane) in &mut lanes {
        lane.sort_unstable();
        assert_eq!(lane.len(), CODES.len(), "payment {payment}");
        for pair in lane.windows(2) {
            let [(_, before), (_, after)] = pair else { unreachable!("windows of two") };
            let (ended, began) = (taken[before], first_try[after]);
            assert!(ended < began, "payment {payment}: {after} began at {began}, {before} was taken at {ended}");
            if first_try[before] != ended {
                tried_again.insert(*before);
            }
        }
    }
    println!("{} lanes, {} deliveries, {} tried again", lanes.len(), deliveries.len(), tried_again.len());
    assert!(tried_again.len() > lanes.len() / 2, "the receiver failed often");
}
