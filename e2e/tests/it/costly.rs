//! What duplicates and disorder cost others: each test is named for what went wrong elsewhere, and shows that it does not
//! here.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::notifications::{Adyen, Item};
use payhook_testkit::receiver::{Delivery, Receiver};
use payhook_testkit::wire;
use serde_json::Value;

use crate::stage::{KEY, SECRET, adyen, configuration};

const PATIENCE: Duration = Duration::from_secs(20);

/// Long enough for a delivery that should not come.
const A_WHILE: Duration = Duration::from_millis(400);

/// The date of every notification of the kit; it is not signed.
const DATE: &str = "2026-11-21T11:02:02+01:00";

/// The second source of the account.
fn second() -> Adyen {
    Adyen::new("/in/second", "TestMerchant", KEY)
}

/// The stage, a second source for the same account, and `routes` in the place of its route.
fn with_two_sources(receiver: &Receiver, routes: &str) -> Setup {
    let source = format!("[[source]]\nname = \"second\"\nprovider = \"adyen\"\nkeys = [\"{KEY}\"]\n");
    let staged = configuration(receiver).replace("[[route]]\nevents = [\"*\"]\nto = [\"shop\"]\n", routes);
    assert!(staged.contains(routes), "the stage has a route");
    Setup::new(&(staged + &source))
}

/// Everything goes to the shop at once.
const AT_ONCE: &str = "[[route]]\nevents = [\"*\"]\nto = [\"shop\"]\n";

/// Bad news waits for better news, and what a later event has made old is left out.
const PATIENT: &str = "[[route]]\nevents = [\"payment.authorised\", \"payment.captured\"]\nto = [\"shop\"]\n\
     when_stale = \"skip\"\n\
     [[route]]\nevents = [\"payment.refused\", \"payment.abandoned\"]\nto = [\"shop\"]\nhold = \"10m\"\n\
     when_stale = \"skip\"\n";

fn send(gateway: &Gateway, request: &[u8]) {
    assert_eq!(gateway.send(request).expect("an answer").status, 200);
}

/// The item as a request, dated `minute` minutes after eleven.
fn at(minute: u8, item: &Item) -> Vec<u8> {
    let body = String::from_utf8(adyen().body(item)).expect("the body is text");
    let dated = body.replace(DATE, &format!("2026-11-21T11:{minute:02}:02+01:00"));
    assert!(dated.contains(&format!("11:{minute:02}:02")), "the kit dates what it writes");
    wire::request("POST", "/in/adyen", &[("content-type", "application/json")], dated.as_bytes())
}

/// A change of order `number`'s payment.
fn change(number: u64, code: &str, reference: &str, value: i64) -> Item {
    let of = Item::authorisation(number);
    Item {
        psp_reference: reference.to_owned(),
        original_reference: of.psp_reference.clone(),
        code: code.to_owned(),
        value,
        ..of
    }
}

fn kinds(deliveries: &[Delivery]) -> Vec<String> {
    deliveries.iter().map(|delivery| delivery.json()["type"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The payments of an order, as a shop would ask for them.
fn payments(gateway: &Gateway, order: u64) -> Vec<Value> {
    gateway.list(&format!("/api/v1/payments?reference=order-{order}"))
}

fn arrives(receiver: &Receiver, count: usize) {
    let arrived = receiver.wait_until(PATIENCE, |deliveries| deliveries.len() >= count);
    assert!(arrived, "{} of {count} arrived: {:?}", receiver.count(), kinds(&receiver.deliveries()));
    std::thread::sleep(A_WHILE);
    assert_eq!(receiver.count(), count, "{:?}", kinds(&receiver.deliveries()));
}

/// Waits until `count` deliveries are settled: a kill before that would send them again.
fn settles(gateway: &Gateway, count: usize) {
    let began = Instant::now();
    while gateway.list("/api/v1/deliveries?state=delivered").len() < count {
        assert!(began.elapsed() < PATIENCE, "not delivered:\n{}", gateway.log_text());
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A shop that charges on every AUTHORISATION it sees charged twice, because the second one passed its check.
#[test]
fn a_duplicate_authorisation_passed_the_check_and_the_customer_was_charged_twice() {
    let receiver = Receiver::start(Some(SECRET));
    let mut gateway = with_two_sources(&receiver, AT_ONCE).start();
    let item = Item::authorisation(1);
    send(&gateway, &adyen().request(&item));
    send(&gateway, &adyen().request(&item));
    send(&gateway, &second().request(&item));
    settles(&gateway, 1);
    gateway.kill();
    gateway.restart();
    // Sent again an hour later, with other words that nobody signs.
    send(&gateway, &at(59, &Item { reason: "sent again".to_owned(), ..item }));
    arrives(&receiver, 1);
    let payments = payments(&gateway, 1);
    assert_eq!((payments.len(), &payments[0]["authorised"]), (1, &1_250.into()), "{payments:?}");
}

/// A plug-in took two events of one second for the same, and the second capture was never booked.
#[test]
fn a_real_capture_was_dropped_because_another_event_had_the_same_time() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = with_two_sources(&receiver, AT_ONCE).start();
    send(&gateway, &adyen().request(&Item::authorisation(1)));
    for reference in ["CAPTURE000000001", "CAPTURE000000002"] {
        // The same code, amount and date; another capture.
        send(&gateway, &at(5, &change(1, "CAPTURE", reference, 600)));
    }
    arrives(&receiver, 3);
    assert_eq!(kinds(&receiver.deliveries()), ["payment.authorised", "payment.captured", "payment.captured"]);
    assert_eq!(payments(&gateway, 1)[0]["captured"], 1_200);
}

/// `success=false`, two minutes later `success=true` under the same reference: the order was cancelled on the first, and
/// the money was taken.
#[test]
fn a_refusal_two_minutes_before_the_authorisation_cancelled_the_order_and_the_money_was_taken() {
    for late in [false, true] {
        let receiver = Receiver::start(Some(SECRET));
        let gateway = with_two_sources(&receiver, PATIENT).start();
        let (refused, authorised) = (Item { success: false, ..Item::authorisation(1) }, Item::authorisation(1));
        let mut requests = [at(10, &refused), at(12, &authorised)];
        if late {
            requests.reverse();
        }
        requests.iter().for_each(|request| send(&gateway, request));
        arrives(&receiver, 1);
        let told = receiver.deliveries()[0].json();
        assert_eq!(
            (&told["type"], &told["data"]["payment"]["status"]),
            (&"payment.authorised".into(), &"authorised".into())
        );
        let payments = payments(&gateway, 1);
        assert_eq!((payments.len(), &payments[0]["status"]), (1, &"authorised".into()), "late: {late}");
    }
}

/// The same without holds: a shop that believes `payment` instead of the event's name is right after every delivery.
#[test]
fn a_refusal_that_came_late_cancelled_an_order_that_was_paid() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = with_two_sources(&receiver, AT_ONCE).start();
    send(&gateway, &at(12, &Item::authorisation(1)));
    send(&gateway, &at(10, &Item { success: false, ..Item::authorisation(1) }));
    arrives(&receiver, 2);
    let told: Vec<Value> = receiver.deliveries().iter().map(|delivery| delivery.json()["data"].clone()).collect();
    assert_eq!((&told[0]["stale"], &told[1]["stale"]), (&false.into(), &true.into()), "{told:?}");
    assert!(told.iter().all(|data| data["payment"]["status"] == "authorised"), "{told:?}");
}

/// Paid, cancelled, paid: an attempt that was given up was told after the one that paid, and both mails went out.
#[test]
fn paid_then_cancelled_then_paid_sent_both_mails() {
    let receiver = Receiver::start(Some(SECRET));
    let mut gateway = with_two_sources(&receiver, PATIENT).start();
    let of_order = |card: u64| Item { merchant_reference: "order-1".to_owned(), ..Item::authorisation(card) };
    send(&gateway, &at(20, &of_order(2)));
    send(&gateway, &at(15, &Item { success: false, ..of_order(1) }));
    let given_up = Item { code: "OFFER_CLOSED".to_owned(), ..of_order(3) };
    send(&gateway, &at(16, &given_up));
    settles(&gateway, 1);
    gateway.kill();
    gateway.restart();
    send(&gateway, &at(20, &of_order(2)));
    arrives(&receiver, 1);
    assert_eq!(kinds(&receiver.deliveries()), ["payment.authorised"], "one mail, and it says paid");
    assert!(gateway.list("/api/v1/deliveries?state=held").is_empty(), "and none is still to come");
    assert_eq!(gateway.list("/api/v1/deliveries?state=superseded").len(), 2);
}

/// The shopper's return page and the webhook booked one order at the same time, each from a state of its own. Here the
/// page asks payhook, and whatever it reads is the state of one commit, with a version that only grows.
#[test]
fn the_return_page_and_the_webhook_raced_and_disagreed() {
    const ORDERS: u64 = 60;
    let receiver = Receiver::start(Some(SECRET));
    let gateway = with_two_sources(&receiver, AT_ONCE).start();
    for order in 0..ORDERS {
        let both = Barrier::new(2);
        let seen = std::thread::scope(|scope| {
            let page = scope.spawn(|| {
                both.wait();
                let read = |_| payments(&gateway, order).into_iter().next();
                (0..20).filter_map(read).map(state).collect::<Vec<_>>()
            });
            both.wait();
            send(&gateway, &adyen().request(&Item::authorisation(order)));
            let acknowledged = payments(&gateway, order).into_iter().next().map(state);
            assert!(acknowledged.is_some(), "what was acknowledged is there for the page");
            send(&gateway, &adyen().request(&change(order, "CAPTURE", &format!("CP{order:014}"), 1_250)));
            page.join().expect("no panic")
        });
        assert!(seen.is_sorted(), "order {order}: the page went back: {seen:?}");
        let last = state(payments(&gateway, order).remove(0));
        assert_eq!((last.1.as_str(), last.2), ("captured", 1_250));
        let is_first = |(version, status, captured): &(u64, String, i64)| {
            *version < last.0 && (status.as_str(), *captured) == ("authorised", 0)
        };
        assert!(seen.iter().all(|one| *one == last || is_first(one)), "order {order}: no commit made this: {seen:?}");
    }
    // The webhook's side says the same for the same version.
    let count = usize::try_from(2 * ORDERS).expect("few");
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == count), "{} arrived", receiver.count());
    let mut told = BTreeMap::<String, Vec<(u64, String, i64)>>::new();
    for delivery in receiver.deliveries() {
        let payment = delivery.json()["data"]["payment"].clone();
        told.entry(payment["id"].as_str().expect("an id").to_owned()).or_default().push(state(payment));
    }
    for states in told.values_mut() {
        states.sort_unstable();
        let statuses: Vec<_> = states.iter().map(|(_, status, _)| status.as_str()).collect();
        assert_eq!(statuses, ["authorised", "captured"], "{states:?}");
    }
}

/// Version, status and what is captured, as a page of the API or a payload says it.
fn state(payment: Value) -> (u64, String, i64) {
    let number = |name: &str| payment[name].as_i64().expect("a number");
    let status = payment["status"].as_str().expect("a status").to_owned();
    (number("version").unsigned_abs(), status, number("captured"))
}

/// Two identical events at once were both delivered, because nothing could hold them against each other in time.
#[test]
fn two_identical_events_at_once_were_both_delivered() {
    const ORDERS: u64 = 200;
    let receiver = Receiver::start(Some(SECRET));
    let gateway = with_two_sources(&receiver, AT_ONCE).start();
    for order in 0..ORDERS {
        let both = Barrier::new(2);
        std::thread::scope(|scope| {
            for sender in [adyen(), second()] {
                let (both, gateway) = (&both, &gateway);
                scope.spawn(move || {
                    let request = sender.request(&Item::authorisation(order));
                    both.wait();
                    send(gateway, &request);
                });
            }
        });
    }
    arrives(&receiver, usize::try_from(ORDERS).expect("few"));
    let mut times = BTreeMap::new();
    receiver.deliveries().iter().for_each(|delivery| *times.entry(delivery.id().to_owned()).or_insert(0) += 1);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    assert_eq!(gateway.get("/api/v1/status").json()["duplicates"], ORDERS);
}
