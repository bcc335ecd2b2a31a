//! What tells one event of a declared provider from another: a second state is no repeat of the first.

use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_domain::event::Event;
use payhook_provider::Unsigned;
use serde_json::{Value, json};

use crate::requests::{self, Posted, key};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn event(name: &str, headers: &[(&'static str, &str)], body: &Value) -> Event {
    let mut map = HeaderMap::new();
    for (header, value) in headers {
        map.insert(HeaderName::from_static(header), HeaderValue::from_str(value).expect("a value"));
    }
    let unsigned = Unsigned { target: "/in/x".to_owned(), headers: map, body: body.to_string().into() };
    let key = key(name, SECRET);
    let request = requests::signed(name, unsigned, &key);
    requests::event(name, &Posted::new(request.headers, request.body), &[key])
}

const VOLT: [(&str, &str); 1] = [("user-agent", "Volt/2.0")];

fn volt_refund(name: &str, id: &str, amount: u32) -> Value {
    json!({ name: id, "payment": "01dfb01b", "status": "REFUND_CONFIRMED", "amount": amount, "currency": "GBP",
        "externalReference": null, "timestamp": "2022-05-12T12:41:12+00:00" })
}

#[test]
fn two_partial_refunds_of_one_volt_payment_are_two_events() {
    for name in ["refund", "refundId"] {
        let [one, two] = [("026cefa0", 100), ("99999999", 250)].map(|(id, amount)| {
            let refund = event("volt", &VOLT, &volt_refund(name, id, amount));
            assert_eq!(refund.provider_reference.as_deref(), Some(id));
            assert_eq!(refund.payment.as_deref(), Some("01dfb01b"));
            refund
        });
        assert_ne!(one.id, two.id, "{name}");
        assert_eq!(two.amount.map(|amount| amount.to_string()).as_deref(), Some("2.50 GBP"));
    }
    let [old, new] = ["refund", "refundId"].map(|name| event("volt", &VOLT, &volt_refund(name, "026cefa0", 100)).id);
    assert_eq!(old, new, "one refund under either name");
}

#[test]
fn a_volt_payment_is_told_by_its_state_and_not_by_when_it_is_told() {
    let told = |status: &str, at: &str| {
        event("volt", &VOLT, &json!({ "payment": "01dfb01b", "status": status, "timestamp": at })).id
    };
    assert_eq!(told("RECEIVED", "2022-05-12T12:41:12Z"), told("RECEIVED", "2022-05-12T12:51:12Z"));
    assert_ne!(told("RECEIVED", "2022-05-12T12:41:12Z"), told("COMPLETED", "2022-05-12T12:41:12Z"));
}

#[test]
fn a_flutterwave_charge_that_failed_and_then_succeeded_is_two_events() {
    let charge = |status: &str| {
        let data =
            json!({ "id": 285_959_875, "tx_ref": "order-1", "amount": 100, "currency": "NGN", "status": status });
        event("flutterwave-v3", &[], &json!({ "event": "charge.completed", "data": data })).id
    };
    assert_ne!(charge("failed"), charge("successful"));
    assert_eq!(charge("successful"), charge("successful"));
}

#[test]
fn a_revolut_event_that_happens_twice_is_two_events() {
    for code in ["ORDER_INCREMENTAL_AUTHORISATION_AUTHORISED", "ORDER_PAYMENT_DECLINED"] {
        let told =
            |at: &str| event("revolut", &[], &json!({ "event": code, "timestamp": at, "order_id": "9fc01989" })).id;
        assert_ne!(told("2026-09-21T14:13:20.000000Z"), told("2026-09-22T09:00:00.000000Z"), "{code}");
    }
    let bare = |order: &str| event("revolut", &[], &json!({ "event": "ORDER_COMPLETED", "order_id": order })).id;
    assert_eq!(bare("9fc01989"), bare("9fc01989"), "without a time it is the content that tells");
    assert_ne!(bare("9fc01989"), bare("9fc01990"));
}

#[test]
fn one_action_in_a_shopify_shop_has_an_event_for_each_topic() {
    let body = json!({ "id": 1, "name": "#1", "total_price": "10.00", "currency": "EUR" });
    let of =
        |topic: &str| event("shopify", &[("x-shopify-topic", topic), ("x-shopify-event-id", "98880550")], &body).id;
    assert_ne!(of("orders/create"), of("orders/paid"));
}

#[test]
fn a_lemon_squeezy_event_is_what_its_body_says_whatever_its_header_says() {
    let body = json!({ "meta": { "event_name": "order_created" },
        "data": { "type": "orders", "id": "1", "attributes": { "updated_at": "2026-09-21T14:13:20.000000Z" } } });
    let of = |name: &str| event("lemon-squeezy", &[("x-event-name", name)], &body);
    let (one, two) = (of("order_created"), of("order_refunded"));
    assert_eq!((one.id, one.code.as_str()), (two.id, "order_created"));
    assert_eq!(two.code, "order_created");
}

#[test]
fn a_recurly_object_that_changes_twice_has_two_events() {
    let told = |change: &str, at: &str| {
        event(
            "recurly",
            &[],
            &json!({ "id": "rjxw", "object_type": "account", "event_type": change, "event_time": at }),
        )
        .id
    };
    let created = told("created", "2022-09-13T21:18:40Z");
    assert_ne!(created, told("updated", "2022-09-13T21:18:40Z"));
    assert_ne!(told("updated", "2022-09-13T21:18:40Z"), told("updated", "2022-09-14T09:00:00Z"));
}

#[test]
fn a_svix_event_is_told_by_its_id_under_either_name() {
    let key = key("svix", WHSEC);
    let of = |id: &str, is_newer: bool| {
        let headers = HeaderMap::from_iter([(HeaderName::from_static("svix-id"), id.parse().expect("a value"))]);
        let body = r#"{"type":"balance.low"}"#.as_bytes();
        let request =
            requests::signed("svix", Unsigned { target: "/in/x".to_owned(), headers, body: body.into() }, &key);
        let mut headers = HeaderMap::new();
        for part in ["id", "timestamp", "signature"] {
            let name = format!("{}-{part}", if is_newer { "webhook" } else { "svix" });
            let value = request.headers[format!("svix-{part}")].clone();
            headers.insert(HeaderName::from_bytes(name.as_bytes()).expect("a name"), value);
        }
        requests::event("svix", &Posted::new(headers, request.body), std::slice::from_ref(&key)).id
    };
    assert_ne!(of("msg_1", true), of("msg_2", true));
    assert_eq!(of("msg_1", true), of("msg_1", false));
}
