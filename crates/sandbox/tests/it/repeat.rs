//! The same seed, the same requests at the same moments: the same answers, keys and notifications, byte for byte.

use std::sync::Arc;
use std::time::Duration;

use payhook_domain::time::{Clock, Timestamp};
use payhook_testkit::receiver::Receiver;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::stage::{BEGIN, KEY, MERCHANT, Stage};

/// Longest wait for what is told.
const PATIENCE: Duration = Duration::from_secs(20);

/// The world's time stands still; the sandbox's goes from one thing that is due to the next.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        BEGIN
    }
}

/// What a merchant hears of a day's work, in answers and in notifications.
fn day(receiver: &Receiver) -> (Vec<String>, Vec<String>) {
    let stage = Stage::by(Arc::new(Stopped));
    receiver.forget();
    let mut answers = Vec::new();
    let mut ask = |method: &str, path: &str, body: &Value| {
        let headers = [("x-api-key", KEY), ("content-type", "application/json")];
        let answer = stage.ask(method, path, &headers, body.to_string().as_bytes());
        assert!(answer.is_success(), "{path}: {}", answer.text());
        // The sandbox's own address is another each time.
        answers.push(answer.text().replace(&stage.address.to_string(), "sandbox"));
        answer.json()
    };
    let webhook = json!({ "type": "standard", "url": receiver.url(), "active": true, "communicationFormat": "json" });
    let webhook = ask("POST", MERCHANT, &webhook);
    let id = webhook["id"].as_str().expect("an id").to_owned();
    ask("POST", &format!("{MERCHANT}/{id}/generateHmac"), &Value::Null);
    let mut order = json!({
        "merchantAccount": "SandboxMerchant", "reference": "order-1", "returnUrl": "https://shop.example.com/",
        "amount": { "currency": "EUR", "value": 1_250 },
    });
    ask("POST", "/adyen/checkout/v71/sessions", &order);
    order["paymentMethod"] = json!({ "type": "scheme", "number": "4111111145551142", "expiryMonth": "03",
        "expiryYear": "2030", "cvc": "737", "holderName": "J. Smith" });
    let paid = ask("POST", "/adyen/checkout/v71/payments", &order);
    let refund = json!({ "merchantAccount": "SandboxMerchant", "amount": { "currency": "EUR", "value": 250 } });
    let psp = paid["pspReference"].as_str().expect("a reference");
    ask("POST", &format!("/adyen/checkout/v71/payments/{psp}/refunds"), &refund);
    let manner = json!({ "seed": 7, "faults": ["duplicate", "wrong-account", "forge", "reorder"] });
    let run = ask("POST", "/sandbox/v1/stories/won-dispute", &manner)["run"].as_str().expect("a run").to_owned();
    stage.fine("POST", "/sandbox/v1/time", &json!({ "pace": "leaping" }));
    let (began, of_run) = (Instant::now(), format!("/sandbox/v1/runs/{run}"));
    while stage.fine("GET", &of_run, &Value::Null)["done"] == false {
        assert!(began.elapsed() < PATIENCE, "{}", stage.fine("GET", &of_run, &Value::Null));
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut told: Vec<_> =
        receiver.deliveries().iter().map(|one| String::from_utf8_lossy(&one.body).into_owned()).collect();
    // Those that leave at the same moment over connections of their own come in any order.
    told.sort_unstable();
    (answers, told)
}

#[test]
fn the_same_seed_and_the_same_requests_are_the_same_day_again() {
    let receiver = Receiver::start(None);
    let (first, second) = (day(&receiver), day(&receiver));
    assert_eq!(first.0, second.0);
    assert_eq!(first.1, second.1);
    assert!(first.1.len() > 15, "{} notifications", first.1.len());
}
