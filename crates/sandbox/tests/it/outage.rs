//! A merchant's endpoint that is down for days: what is said meanwhile arrives afterwards, as it was said.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use payhook_testkit::receiver::{Behaviour, Delivery, Receiver};
use serde_json::{Value, json};

use crate::stage::{BEGIN, MERCHANT, Stage};

/// Payments before the endpoint comes back.
const PAYMENTS: usize = 100;
/// Tries of the first notification that span three days: the whole ladder of twelve waits, and eight more of its last,
/// eight hours each.
const TRIES_OF_THREE_DAYS: usize = 12 + 8;
/// Real time for all of it.
const PATIENCE: Duration = Duration::from_secs(60);

fn reference(delivery: &Delivery) -> String {
    let item = &delivery.json()["notificationItems"][0]["NotificationRequestItem"];
    item["merchantReference"].as_str().expect("a reference").to_owned()
}

fn pay(stage: &Stage, order: usize) {
    let payment = json!({
        "merchantAccount": "SandboxMerchant", "reference": format!("order-{order}"), "returnUrl": "http://shop.example/",
        "amount": { "currency": "EUR", "value": 1_000 + order },
        "paymentMethod": {
            "type": "scheme", "number": "4111111145551142", "expiryMonth": "03", "expiryYear": "2030", "cvc": "737",
            "holderName": "J. Smith",
        },
    });
    assert_eq!(stage.fine("POST", "/adyen/checkout/v71/payments", &payment)["resultCode"], "Authorised");
}

#[test]
fn after_three_days_down_every_payment_is_told_in_the_order_they_were_made() {
    let stage = Stage::start();
    let receiver = Receiver::start(None);
    let down = Arc::new(AtomicUsize::new(TRIES_OF_THREE_DAYS));
    receiver.behave(move |_| {
        let more = down.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        Behaviour::Answer(if more.is_ok() { 503 } else { 200 })
    });
    let path = stage.webhook(MERCHANT, &receiver.url());
    (0..PAYMENTS).for_each(|order| pay(&stage, order));
    assert!(receiver.wait_until(PATIENCE, |list| !list.is_empty()), "the first is told");
    let failing = || stage.fine("GET", &path, &Value::Null)["hasError"] == true;
    while !failing() {
        std::thread::sleep(Duration::from_millis(5));
    }
    stage.fine("POST", "/sandbox/v1/time", &json!({ "pace": "leaping" }));
    let all = TRIES_OF_THREE_DAYS + PAYMENTS;
    assert!(receiver.wait_until(PATIENCE, |list| list.len() >= all), "{} of {all} tries", receiver.count());

    let arrived: Vec<_> = receiver.deliveries().iter().skip(TRIES_OF_THREE_DAYS).map(reference).collect();
    assert_eq!(arrived, (0..PAYMENTS).map(|order| format!("order-{order}")).collect::<Vec<_>>());
    let log = stage.fine("GET", &format!("/sandbox/v1/messages?before={}", PAYMENTS + 1), &Value::Null);
    let first = log["data"].as_array().and_then(|list| list.last()).expect("the first");
    let tries = first["attempts"].as_array().expect("a list");
    let came = tries.last().and_then(|attempt| attempt["at"].as_str()).expect("a moment");
    let came = payhook_domain::time::Timestamp::parse_rfc3339(came).expect("a moment");
    let days = came.since(BEGIN).as_secs_f64() / 86_400.0;
    assert!(tries.len() == TRIES_OF_THREE_DAYS + 1 && (3.0..3.4).contains(&days), "{} tries, {days} days", tries.len());
    assert!(!failing(), "it works again");
}
