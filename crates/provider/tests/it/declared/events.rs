//! What an authentic request of a declared provider says.

use payhook_domain::event::{Event, Original};
use payhook_domain::identity::Environment;
use payhook_domain::kind::Kind;
use payhook_domain::proof::Proof;
use payhook_provider::{Item, Papers, Parsed};
use serde_json::{Value, json};

use super::{key, policy, signed_at};
use crate::requests::{NOW, provider};

fn events(name: &str, body: &Value) -> Vec<Event> {
    let provider = provider(name);
    let keys = [key(provider).expect("a key")];
    let request = signed_at(provider, &keys[0], &body.to_string(), NOW);
    let Papers::Items(items) = provider.verify(&request.as_raw(), &keys, &policy(), NOW) else { panic!("unreadable") };
    let Item::Verified(verified) = &items[0] else { panic!("{name} was refused: {:?}", items[0]) };
    match provider.parse(verified, Environment::Live) {
        Parsed::Events(events) => events,
        Parsed::NotUnderstood { event, detail } => panic!("{detail}: {event:?}"),
    }
}

#[test]
fn what_a_scheme_points_at_is_what_an_event_says() {
    let cases = [
        (
            "paystack",
            json!({ "event": "charge.success", "data": { "id": 302_961, "reference": "order-17", "amount": 10_050, "currency": "NGN" } }),
            ("charge.success", Some("order-17"), Some("302961"), Some("100.50 NGN")),
        ),
        (
            "dlocal",
            json!({ "id": "D-4-9", "status": "PAID", "order_id": "order-17", "amount": 100.5, "currency": "JPY" }),
            ("PAID", Some("order-17"), Some("D-4-9"), None),
        ),
        (
            "cashfree",
            json!({ "type": "PAYMENT_SUCCESS_WEBHOOK", "data": {
                "order": { "order_id": "order-17" },
                "payment": { "cf_payment_id": 1_453, "payment_amount": 1.00, "payment_currency": "INR" } } }),
            ("PAYMENT_SUCCESS_WEBHOOK", Some("order-17"), Some("1453"), Some("1.00 INR")),
        ),
        ("tink", json!({ "event": "refresh:finished" }), ("refresh:finished", None, None, None)),
    ];
    for (name, body, (code, reference, provider_reference, amount)) in cases {
        let event = events(name, &body).remove(0);
        assert_eq!(event.kind, Kind::Other, "{name}");
        assert_eq!(event.code, code, "{name}");
        assert_eq!(event.reference.as_deref(), reference, "{name}");
        assert_eq!(event.provider_reference.as_deref(), provider_reference, "{name}");
        assert_eq!(event.amount.map(|amount| amount.to_string()).as_deref(), amount, "{name}");
        assert_eq!(event.original, Original::Slice(0..body.to_string().len()), "{name}");
    }
}

fn amount(name: &str, body: &Value) -> String {
    events(name, body)[0].amount.map(|amount| amount.to_string()).unwrap_or_default()
}

/// "Amount in cents and always having 2 decimals": AmountOfMoney in Worldline's SDKs.
#[test]
fn hundredths_are_hundredths_whatever_decimals_the_currency_has() {
    for (currency, shown) in [("EUR", "1000.00 EUR"), ("JPY", "1000.00 JPY"), ("KWD", "1000.00 KWD")] {
        let money = json!({ "amountOfMoney": { "amount": 100_000, "currencyCode": currency } });
        let body = json!({ "id": "8ee7", "type": "payment.paid", "payment": { "id": "1", "paymentOutput": money } });
        assert_eq!(amount("worldline-connect", &body), shown);
    }
}

#[test]
fn a_razorpay_dispute_is_about_what_is_disputed_and_not_about_all_that_was_paid() {
    let body = json!({ "entity": "event", "event": "payment.dispute.created", "created_at": 1_589_907_977, "payload": {
        "payment": { "entity": { "id": "pay_EFtmUsbwpXwBHI", "amount": 5_297_600, "currency": "INR" } },
        "dispute": { "entity": { "id": "disp_EsIAlDcoUr8CaQ", "payment_id": "pay_EFtmUsbwpXwBHI", "amount": 39_000, "currency": "INR" } } } });
    let event = events("razorpay", &body).remove(0);
    assert_eq!(amount("razorpay", &body), "390.00 INR");
    assert_eq!(event.provider_reference.as_deref(), Some("disp_EsIAlDcoUr8CaQ"));
    assert_eq!(event.payment.as_deref(), Some("pay_EFtmUsbwpXwBHI"));
}

#[test]
fn an_event_is_told_by_its_id_and_where_it_has_none_by_what_it_says() {
    let id = |name, body: Value| events(name, &body).remove(0).id;
    let first = id("razorpay", json!({ "event": "payment.captured", "n": 1 }));
    assert_eq!(
        first,
        id("razorpay", json!({ "n": 1, "event": "payment.captured" })),
        "the same, written in another order"
    );
    assert_ne!(first, id("razorpay", json!({ "event": "payment.captured", "n": 2 })));
    let first = id("stripe", json!({ "id": "evt_1", "n": 1 }));
    assert_eq!(first, id("stripe", json!({ "id": "evt_1", "n": 2 })));
    assert_ne!(first, id("stripe", json!({ "id": "evt_2", "n": 1 })));
    assert_ne!(first, id("checkout-com", json!({ "id": "evt_1", "n": 1 })), "another provider's");
    let pair = |reference: u32, event: &str| json!({ "event": event, "data": { "id": reference } });
    assert_ne!(id("paystack", pair(1, "charge.success")), id("paystack", pair(1, "refund.processed")));
}

#[test]
fn each_event_of_a_batch_is_an_event_of_its_own() {
    let item = |number: u32| json!({ "id": format!("EV{number}"), "resource_type": "payments", "action": "confirmed" });
    let body = json!({ "events": [item(1), item(2), item(1)], "meta": { "webhook_id": "WB1" } });
    let events = events("gocardless", &body);
    assert_eq!(events.iter().map(|event| event.code.as_str()).collect::<Vec<_>>(), ["payments.confirmed"; 3]);
    assert_eq!(events[0].id, events[2].id);
    assert_ne!(events[0].id, events[1].id);
    let Original::Slice(range) = events[1].original.clone() else { panic!("JSON is kept where it stands") };
    assert_eq!(serde_json::from_str::<Value>(&body.to_string()[range]).expect("JSON"), item(2));
}

#[test]
fn a_batch_that_is_none_or_too_long_is_kept_and_not_understood() {
    let gocardless = provider("gocardless");
    let keys = [key(gocardless).expect("a key")];
    for body in [json!({}), json!({ "events": [] }), json!({ "events": vec![json!({ "id": "EV1" }); 251] })] {
        let request = signed_at(gocardless, &keys[0], &body.to_string(), NOW);
        let Papers::Items(items) = gocardless.verify(&request.as_raw(), &keys, &policy(), NOW) else { panic!() };
        let Item::Verified(verified) = &items[0] else { panic!("refused") };
        assert!(matches!(gocardless.parse(verified, Environment::Live), Parsed::NotUnderstood { .. }), "{body}");
    }
}

#[test]
fn an_event_whose_body_nobody_signed_says_so() {
    for (name, proof) in
        [("mercadopago", Proof::BodyNotCovered), ("moov", Proof::BodyNotCovered), ("paystack", Proof::Signed)]
    {
        let event = events(name, &json!({ "id": 1, "type": "payment", "event": "payment" })).remove(0);
        assert_eq!(event.proof, proof, "{name}");
    }
}

#[test]
fn what_nobody_signed_spends_no_identity_of_what_is_to_come() {
    let of = |body: Value| events("mercadopago", &body).remove(0).id;
    let genuine = json!({ "id": 12_345, "type": "payment", "action": "payment.updated", "data": { "id": "1" } });
    let forged = json!({ "id": 12_345, "type": "payment", "action": "payment.updated", "data": { "id": "2" } });
    assert_ne!(of(genuine.clone()), of(forged), "another body under its id");
    assert_eq!(of(genuine.clone()), of(genuine), "a repeat");
}
