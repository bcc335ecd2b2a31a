//! What is believed of a payment does not depend on the order of its events, on repeats and revisions, on which of two
//! sources they came in by, or on when the gateway was killed; and its id stays.

use std::collections::BTreeMap;
use std::time::Duration;

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::notifications::{Adyen, Item};
use payhook_testkit::poster::Fate;
use payhook_testkit::receiver::Receiver;
use payhook_testkit::scale;
use payhook_testkit::wire;
use serde_json::Value;

use crate::stage::{KEY, SECRET, adyen, configuration};

/// Connections that post at once.
const CONNECTIONS: usize = 8;

const PATIENCE: Duration = Duration::from_secs(60);

/// What happens to each payment: code, success, letters of its own reference (none: the payment's own), amount, and the
/// minutes it is dated at, each after the first a revision of it.
const STORY: [(&str, bool, &str, i64, &[u8]); 10] = [
    ("AUTHORISATION", false, "", 1_250, &[1]),
    ("AUTHORISATION", true, "", 1_250, &[3, 4]),
    ("AUTHORISATION_ADJUSTMENT", true, "AD", 1_500, &[5]),
    ("AUTHORISATION_ADJUSTMENT", true, "AE", 1_400, &[6, 7]),
    ("CAPTURE", true, "CA", 400, &[8]),
    ("CAPTURE", true, "CB", 900, &[8]),
    ("CAPTURE_FAILED", true, "CB", 900, &[12]),
    ("REFUND", true, "RF", 300, &[13, 11]),
    ("REFUND_FAILED", true, "RF", 300, &[20]),
    ("CHARGEBACK", true, "DP", 400, &[30, 31, 32]),
];

/// What of a payment depends on the order of arrival: how often it was folded, and when.
const OF_ARRIVAL: [&str; 2] = ["version", "updated_at"];

/// Every request of one order's story, by its item and its date.
fn story(order: usize) -> Vec<(Item, u8)> {
    let authorisation = Item::authorisation(u64::try_from(order).expect("few"));
    let told = |(code, success, letters, value, minutes): (&str, bool, &str, i64, &[u8])| {
        let (psp_reference, original_reference) = match letters {
            "" => (authorisation.psp_reference.clone(), String::new()),
            letters => (format!("{letters}{order:014}"), authorisation.psp_reference.clone()),
        };
        let of = authorisation.clone();
        let item = Item { psp_reference, original_reference, code: code.to_owned(), success, value, ..of };
        minutes.iter().map(|minute| (item.clone(), *minute)).collect::<Vec<_>>()
    };
    STORY.into_iter().flat_map(told).collect()
}

/// The item dated so, posted to a source.
fn request(source: &str, (item, minute): &(Item, u8)) -> Vec<u8> {
    let body = String::from_utf8(adyen().body(item)).expect("the body is text");
    let dated = body.replace("T11:02:02", &format!("T11:{minute:02}:02"));
    wire::request("POST", source, &[("content-type", "application/json")], dated.as_bytes())
}

fn two_sources(receiver: &Receiver) -> Setup {
    let source = format!("[[source]]\nname = \"second\"\nprovider = \"adyen\"\nkeys = [\"{KEY}\"]\n");
    Setup::new(&(configuration(receiver) + &source))
}

/// Every payment whole, by its merchant's reference, without what depends on the order of arrival.
fn believed(gateway: &Gateway) -> BTreeMap<String, Value> {
    let whole = |row: &Value| {
        let id = row["id"].as_str().expect("an id");
        let mut payment = gateway.get(&format!("/api/v1/payments/{id}")).json();
        let fields = payment.as_object_mut().expect("an object");
        fields.remove("events");
        OF_ARRIVAL.iter().for_each(|field| drop(fields.remove(*field)));
        (payment["reference"].as_str().expect("an order").to_owned(), payment)
    };
    gateway.list("/api/v1/payments?limit=500").iter().map(whole).collect()
}

/// The same orders told plainly: in order, once, by one source, without a kill.
fn told_plainly(orders: usize) -> BTreeMap<String, Value> {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = two_sources(&receiver).start();
    for order in 0..orders {
        for told in story(order) {
            assert_eq!(gateway.send(&request("/in/adyen", &told)).expect("an answer").status, 200);
        }
    }
    believed(&gateway)
}

#[test]
fn the_same_events_make_the_same_payments_in_any_order_by_two_sources_through_kills() {
    let orders = scale::of("PAYHOOK_FOLD_ORDERS", 40, 1_000);
    let kills = scale::of("PAYHOOK_FOLD_KILLS", 3, 30);
    let mut random = fastrand::Rng::with_seed(scale::of("PAYHOOK_FOLD_SEED", 17, 17));
    let mut requests = Vec::new();
    for order in 0..orders {
        for told in story(order) {
            // Once by each source, and a third time by either.
            let third = if random.bool() { "/in/adyen" } else { "/in/second" };
            requests.extend(["/in/adyen", "/in/second", third].map(|source| request(source, &told)));
        }
    }
    random.shuffle(&mut requests);
    let receiver = Receiver::start(Some(SECRET));
    let mut gateway = two_sources(&receiver).start();
    let all = requests.len();
    for round in 0..=kills {
        let posted = requests.clone();
        let load = gateway.load(CONNECTIONS, move |number| posted.get(number).cloned());
        let wanted = if round < kills { all * (round + 1) / (kills + 1) } else { all };
        assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= wanted), "round {round} never got going");
        if round < kills {
            gateway.kill();
        }
        assert!(round < kills || load.finish().values().all(Fate::acknowledged), "all are taken");
        if round < kills {
            gateway.restart();
        }
    }
    let (found, plain) = (believed(&gateway), told_plainly(orders));
    assert_eq!((found.len(), plain.len()), (orders, orders));
    for (order, payment) in &found {
        assert_eq!(payment, &plain[order], "{order}");
        let sums = ["authorised", "captured", "refunded", "disputed"].map(|sum| payment["totals"]["EUR"][sum].clone());
        assert_eq!(sums, [1_400, 400, 0, 400].map(Value::from), "{order}: {payment}");
    }
    the_stored_events_amount_to_the_same(&gateway, &found);
}

/// Folded anew, nothing is believed differently.
fn the_stored_events_amount_to_the_same(gateway: &Gateway, found: &BTreeMap<String, Value>) {
    for payment in found.values() {
        let id = payment["id"].as_str().expect("an id");
        let rebuilt = gateway.post(&format!("/api/v1/payments/{id}/rebuild"), &Value::Null).json();
        assert_eq!(rebuilt["changed"], false, "{rebuilt}");
    }
}

/// Two sources that sign with keys of their own are one account all the same.
#[test]
fn a_source_with_another_key_tells_of_the_same_payment() {
    let other = "A0B1C2D3E4F5061728394A5B6C7D8E9FA0B1C2D3E4F5061728394A5B6C7D8E9F";
    let receiver = Receiver::start(Some(SECRET));
    let source = format!("[[source]]\nname = \"second\"\nprovider = \"adyen\"\nkeys = [\"{other}\"]\n");
    let gateway = Setup::new(&(configuration(&receiver) + &source)).start();
    let second = Adyen::new("/in/second", "TestMerchant", other);
    let authorisation = Item::authorisation(1);
    let capture = Item {
        psp_reference: "CAPTURE000000001".to_owned(),
        original_reference: authorisation.psp_reference.clone(),
        code: "CAPTURE".to_owned(),
        ..authorisation.clone()
    };
    assert_eq!(gateway.send(&second.request(&capture)).expect("an answer").status, 200);
    assert_eq!(gateway.send(&adyen().request(&authorisation)).expect("an answer").status, 200);
    let payments = gateway.list("/api/v1/payments");
    assert_eq!(payments.len(), 1, "{payments:?}");
    assert_eq!((&payments[0]["status"], &payments[0]["captured"]), (&"captured".into(), &1_250.into()));
}
