//! Events that a source takes without a signature: stored, marked, delivered, and believed by nobody.

use std::time::Duration;

use data_encoding::BASE64;
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::notifications::Item;
use payhook_testkit::receiver::Receiver;
use payhook_testkit::wire;
use serde_json::{Value, json};

use crate::stage::{SECRET, adyen, configuration, until};

const PATIENCE: Duration = Duration::from_secs(10);
const CODES: &str = r#"unsigned_events = ["REPORT_AVAILABLE", "AUTHORISATION", "REFUND"]"#;
const GUARD: &str = r#"basic_auth = { username = "adyen", password = "s3cret" }"#;

fn setup(receiver: &Receiver, lines: &str) -> Setup {
    let route = "[[route]]\nevents = [\"payment.refused\"]\nhold = \"10m\"\nto = [\"shop\"]\n";
    let configuration = configuration(receiver).replace("[[destination]]", &format!("{lines}\n\n[[destination]]"));
    Setup::new(&format!("{configuration}\n{route}"))
}

/// Posts an item that carries no signature, or this one.
fn post(gateway: &Gateway, item: Value, signature: Option<&str>, password: &str) -> u16 {
    let mut item = item;
    if let Some(signature) = signature {
        item["additionalData"] = json!({ "hmacSignature": signature });
    }
    let body = json!({ "live": "false", "notificationItems": [{ "NotificationRequestItem": item }] }).to_string();
    send(gateway, body.as_bytes(), password)
}

fn send(gateway: &Gateway, body: &[u8], password: &str) -> u16 {
    let credentials = format!("Basic {}", BASE64.encode(format!("adyen:{password}").as_bytes()));
    let headers = [("content-type", "application/json"), ("authorization", credentials.as_str())];
    gateway.send(&wire::request("POST", "/in/adyen", &headers, body)).expect("an answer").status
}

fn item(code: &str, psp: &str, original: &str, success: bool) -> Value {
    json!({
        "pspReference": psp, "originalReference": original, "merchantAccountCode": "TestMerchant",
        "merchantReference": "order-7", "amount": { "value": 1250, "currency": "EUR" }, "eventCode": code,
        "success": success.to_string(), "eventDate": "2026-11-21T10:00:00+01:00",
    })
}

#[test]
fn what_is_named_is_taken_marked_and_delivered_and_changes_no_payment() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver, &format!("{CODES}\n{GUARD}")).start();
    assert_eq!(post(&gateway, item("REPORT_AVAILABLE", "report.csv", "", true), None, "s3cret"), 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "it never arrived");
    let payload = receiver.deliveries().remove(0).json();
    assert_eq!((&payload["type"], &payload["data"]["proof"]), (&json!("report.available"), &json!("unsigned")));
    assert_eq!(gateway.list("/api/v1/events?kind=report.available")[0]["proof"], "unsigned");
    assert_eq!(gateway.wait_for_log("request", PATIENCE).expect("a line")["proof"], "unsigned");

    // a forged word of a payment, before the provider's own: neither believed nor in its way
    assert_eq!(post(&gateway, item("AUTHORISATION", "TK00000000000007", "", true), None, "s3cret"), 200);
    assert_eq!(post(&gateway, item("REFUND", "R1", "TK00000000000007", true), None, "s3cret"), 200);
    assert_eq!(gateway.list("/api/v1/payments"), Vec::<Value>::new());
    assert_eq!(send(&gateway, &adyen().body(&Item::authorisation(7)), "s3cret"), 200);
    let events = gateway.list("/api/v1/events?kind=payment.authorised");
    let proofs: Vec<&Value> = events.iter().map(|event| &event["proof"]).collect();
    assert_eq!(proofs, ["signed", "unsigned"], "two events, the newest first");
    let payments = gateway.list("/api/v1/payments");
    assert_eq!(payments.len(), 1);
    assert_eq!((&payments[0]["status"], &payments[0]["refunded"]), (&json!("authorised"), &json!(0)), "{payments:?}");
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 4), "four events are four deliveries");
    let signed: Vec<Value> = receiver.deliveries().iter().map(|delivery| delivery.json()["data"].clone()).collect();
    assert_eq!(signed.iter().filter(|data| data.get("proof").is_none()).count(), 1);
}

#[test]
fn a_forged_success_ends_no_hold() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver, &format!("{CODES}\n{GUARD}")).start();
    let refused = Item { success: false, ..Item::authorisation(7) };
    assert_eq!(send(&gateway, &adyen().body(&refused), "s3cret"), 200);
    assert_eq!(post(&gateway, item("AUTHORISATION", "TK99", "", true), None, "s3cret"), 200);
    let states = |state: &str| gateway.list(&format!("/api/v1/deliveries?state={state}")).len();
    assert_eq!((states("held"), states("superseded")), (1, 0));
    let paid = Item { merchant_reference: "order-7".to_owned(), ..Item::authorisation(99) };
    assert_eq!(send(&gateway, &adyen().body(&paid), "s3cret"), 200);
    assert_eq!((states("held"), states("superseded")), (0, 1), "the provider's own does");
}

#[test]
fn a_receiver_of_the_providers_own_bytes_is_not_sent_what_nobody_signed() {
    let receiver = Receiver::start(Some(SECRET));
    let configuration = configuration(&receiver)
        .replace("[[destination]]", &format!("{CODES}\n{GUARD}\n\n[[destination]]"))
        .replace("type = \"http\"", "type = \"http\"\nformat = \"original\"");
    let gateway = Setup::new(&configuration).start();
    assert_eq!(post(&gateway, item("REPORT_AVAILABLE", "report.csv", "", true), None, "s3cret"), 200);
    assert_eq!(send(&gateway, &adyen().body(&Item::authorisation(7)), "s3cret"), 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "the signed one never arrived");
    assert_eq!(gateway.list("/api/v1/events?kind=report.available").len(), 1);
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(receiver.count(), 1);
    assert_eq!(gateway.list("/api/v1/events?kind=alert.original_withheld").len(), 1);
    let begun = gateway.post("/api/v1/replays", &json!({ "destination": "shop" }));
    assert_eq!(begun.status, 200, "{}", begun.text());
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 2), "the signed one never came again");
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(receiver.count(), 2, "neither what nobody signed nor payhook's own alert");
}

#[test]
fn a_wrong_signature_a_code_that_is_not_named_and_a_wrong_password_are_refused() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver, &format!("{CODES}\n{GUARD}")).start();
    let report = || item("REPORT_AVAILABLE", "report.csv", "", true);
    let wrong = BASE64.encode(&[7; 32]);
    assert_eq!(post(&gateway, report(), Some(&wrong), "s3cret"), 401);
    assert_eq!(post(&gateway, item("CAPTURE", "C1", "P1", true), None, "s3cret"), 401);
    assert_eq!(post(&gateway, report(), None, "guessed"), 401);
    assert_eq!(gateway.list("/api/v1/events"), Vec::<Value>::new());
    assert_eq!(receiver.count(), 0);
    // Nobody can say later which password it came with, so nobody can let it in.
    let guessed = || gateway.list("/api/v1/quarantine").into_iter().find(|row| row["reason"] == "basic_auth");
    until(&gateway, PATIENCE, "the guess in the quarantine", || guessed().is_some());
    let guessed = guessed().expect("it is kept");
    let released =
        gateway.post(&format!("/api/v1/quarantine/{}/release", guessed["id"].as_str().expect("an id")), &json!({}));
    assert_eq!(released.status, 409, "{}", released.text());
    assert!(released.text().contains("user and password"), "{}", released.text());
    assert_eq!(gateway.list("/api/v1/events"), Vec::<Value>::new());
}

#[test]
fn no_gateway_starts_that_would_take_them_from_anybody() {
    let receiver = Receiver::start(Some(SECRET));
    let refused = setup(&receiver, CODES).try_start().err().expect("it does not start");
    assert!(format!("{refused:?}").contains("without a signature from anybody"), "{refused:?}");
}
