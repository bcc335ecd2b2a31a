//! Two merchants at one provider whose notifications name no account: what is one merchant's is not the other's.

use std::time::Duration;

use payhook_provider::Policy;
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::receiver::Receiver;
use serde_json::{Value, json};

use crate::declared::posted;
use crate::stage::{configuration, until};

const KEY: &str = "a key of both, for brevity";
const PATIENCE: Duration = Duration::from_secs(30);

/// Sources `uk` and `de` of Checkout.com, whose refusals are held; with `accounts`, as two merchants.
fn start(receiver: &Receiver, accounts: [&str; 2]) -> Gateway {
    let [uk, de] = accounts;
    let sources = format!(
        r#"
[[source]]
name = "uk"
provider = "checkout-com"
keys = ["{KEY}"]
account = "{uk}"

[[source]]
name = "de"
provider = "checkout-com"
keys = ["{KEY}"]
account = "{de}"
"#
    );
    let held = configuration(receiver).replace("events = [\"*\"]", "hold = \"10m\"\nevents = [\"payment.refused\"]");
    let rest = "[[route]]\nevents = [\"*\", \"!payment.refused\"]\nto = [\"shop\"]\n";
    Setup::new(&format!("{sources}{held}{rest}")).start()
}

fn post(gateway: &Gateway, source: &str, kind: &str, id: &str, payment: &str) {
    let body = json!({ "id": id, "type": kind, "data": {
        "id": payment, "action_id": format!("act_{id}"), "reference": "1001", "amount": 500, "currency": "EUR" } });
    let request = posted(&format!("/in/{source}"), "checkout-com", ("key", KEY), &Policy::default(), &body, 0);
    assert_eq!(gateway.send(&request).expect("answered").status, 200);
}

/// The state of the delivery of the only event that came in by this source.
fn state(gateway: &Gateway, source: &str) -> Value {
    let event = gateway.list(&format!("/api/v1/events?source={source}")).remove(0);
    let deliveries = gateway.list("/api/v1/deliveries");
    deliveries
        .iter()
        .find(|delivery| delivery["event"] == event["id"])
        .map_or(Value::Null, |found| found["state"].clone())
}

#[test]
fn an_order_paid_at_one_merchant_says_nothing_of_the_others_order_of_that_number() {
    let receiver = Receiver::start(None);
    let gateway = start(&receiver, ["shop-uk", "shop-de"]);
    post(&gateway, "uk", "payment_declined", "evt_1", "pay_1");
    post(&gateway, "de", "payment_approved", "evt_2", "pay_2");
    until(&gateway, PATIENCE, "the paid order is told of", || state(&gateway, "de") == "delivered");
    assert_eq!(state(&gateway, "uk"), "held", "it was overtaken by another merchant's order");
    let accounts = |source: &str| gateway.list(&format!("/api/v1/events?source={source}"))[0]["account"].clone();
    assert_eq!((accounts("uk"), accounts("de")), (json!("shop-uk"), json!("shop-de")));
}

#[test]
fn two_sources_of_one_merchant_share_their_orders() {
    let receiver = Receiver::start(None);
    let gateway = start(&receiver, ["", ""]);
    post(&gateway, "uk", "payment_declined", "evt_1", "pay_1");
    post(&gateway, "de", "payment_approved", "evt_2", "pay_2");
    until(&gateway, PATIENCE, "the refusal is overtaken", || state(&gateway, "uk") == "superseded");
}

#[test]
fn one_id_at_two_merchants_is_two_events_and_at_one_merchant_is_one() {
    for (accounts, events) in [(["shop-uk", "shop-de"], 2), (["one", "one"], 1)] {
        let receiver = Receiver::start(None);
        let gateway = start(&receiver, accounts);
        for source in ["uk", "de"] {
            post(&gateway, source, "payment_approved", "1001", "pay_1001");
        }
        assert_eq!(gateway.list("/api/v1/events").len(), events, "{accounts:?}");
        assert_eq!(gateway.list("/api/v1/payments").len(), events, "{accounts:?}");
        assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == events), "{accounts:?}");
    }
}
