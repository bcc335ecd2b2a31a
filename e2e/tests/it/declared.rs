//! Providers whose signature is declared, over HTTP: verified, stored, known again, delivered, and answered as each expects.

use std::time::Duration;

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;
use payhook_provider::{Policy, Unsigned};
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::receiver::Receiver;
use payhook_testkit::wire::{self, Answer};
use serde_json::{Value, json};

use crate::stage::configuration;

const PATIENCE: Duration = Duration::from_secs(30);
const KEY: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const URL: &str = "https://hooks.example.com/in/square";

/// Sources of several, one of them declared here.
fn start(receiver: &Receiver) -> Gateway {
    let sources = format!(
        r#"
[[source]]
name = "stripe"
provider = "stripe"
keys = ["{KEY}"]

[[source]]
name = "gocardless"
provider = "gocardless"
keys = ["{KEY}"]

[[source]]
name = "square"
provider = "square"
keys = ["{KEY}"]
url = "{URL}"

[[source]]
name = "worldline"
provider = "worldline-connect"
keys = [{{ name = "key-17", key = "{KEY}" }}]

[[source]]
name = "acme"
provider = "acme-pay"
keys = ["{KEY}"]

[[scheme]]
name = "acme-pay"
algorithm = "hmac-sha512"
signature = {{ source = "header:X-Acme-Signature", format = "kv", item_sep = ";", kv_sep = "=", key = "sig", encoding = "hex" }}
timestamp = {{ source = "header:X-Acme-Signature", format = "kv", item_sep = ";", kv_sep = "=", key = "ts", unit = "s" }}
signed = "{{timestamp}}:{{body}}"
tolerance = {{ past = 300 }}
event = {{ id = ["json:/event_id"], type = ["json:/event"], reference = "json:/order", amount = "json:/amount", currency = "json:/currency" }}
"#
    );
    Setup::new(&format!("{sources}{}", configuration(receiver))).start()
}

/// What a provider of this release would post to its source, signed now.
fn signed(provider: &str, key_name: &str, body: &Value, seconds_ago: i64) -> Vec<u8> {
    let policy = Policy { url: Some(URL.to_owned()), ..Policy::default() };
    let source = if provider == "worldline-connect" { "worldline" } else { provider };
    posted(&format!("/in/{source}"), provider, (key_name, KEY), &policy, body, seconds_ago)
}

/// What a provider of this release would post, with a key of this name.
pub(crate) fn posted(
    target: &str,
    provider: &str,
    (name, key): (&str, &str),
    policy: &Policy,
    body: &Value,
    seconds_ago: i64,
) -> Vec<u8> {
    let provider = payhook_provider::by_name(provider).expect("a provider");
    let key = provider.key(name, key).expect("a key");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let now = payhook_domain::time::Timestamp::from_seconds(i64::try_from(now).expect("small") - seconds_ago);
    let unsigned = Unsigned { target: "/".to_owned(), headers: Default::default(), body: body.to_string().into() };
    let signed = provider.sign(unsigned, &key, policy, now).expect("signed");
    let headers: Vec<(&str, &str)> = std::iter::once(("content-type", "application/json"))
        .chain(signed.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().expect("ASCII"))))
        .collect();
    wire::request("POST", target, &headers, &signed.body)
}

fn events(gateway: &Gateway, source: &str) -> Vec<Value> {
    gateway.list(&format!("/api/v1/events?source={source}"))
}

fn post(gateway: &Gateway, request: &[u8]) -> Answer {
    gateway.send(request).expect("answered")
}

#[test]
fn events_of_a_declared_provider_are_verified_stored_known_again_and_delivered() {
    let receiver = Receiver::start(Some(crate::stage::SECRET));
    let gateway = start(&receiver);
    let body =
        json!({ "id": "evt_1", "type": "charge.succeeded", "livemode": false, "data": { "object": { "id": "ch_1" } } });
    let request = signed("stripe", "current", &body, 0);
    assert_eq!(post(&gateway, &request).status, 200);
    assert_eq!(post(&gateway, &request).status, 200);
    let events = events(&gateway, "stripe");
    assert_eq!(events.len(), 1, "the same again is the same event");
    assert_eq!(events[0]["code"], "charge.succeeded");
    assert_eq!(events[0]["duplicates"], 1);
    assert!(receiver.wait_until(PATIENCE, |deliveries| !deliveries.is_empty()), "nothing was delivered");
}

#[test]
fn what_is_forged_stale_or_changed_is_refused_as_its_provider_expects() {
    let receiver = Receiver::start(None);
    let gateway = start(&receiver);
    let body = json!({ "id": "evt_1", "type": "charge.succeeded" });
    assert_eq!(post(&gateway, &signed("stripe", "current", &body, 301)).status, 400);
    let changed = String::from_utf8(signed("stripe", "current", &body, 0)).expect("text").replace("evt_1", "evt_2");
    assert_eq!(post(&gateway, changed.as_bytes()).status, 400);
    let forged = wire::request("POST", "/in/gocardless", &[("webhook-signature", &"0".repeat(64))], b"{\"events\":[]}");
    assert_eq!(post(&gateway, &forged).status, 498);
    assert_eq!(post(&gateway, &wire::request("POST", "/in/square", &[], b"{}")).status, 401);
    assert!(events(&gateway, "stripe").is_empty());
}

#[test]
fn each_event_of_a_batch_is_stored_and_the_url_is_taken_from_the_configuration() {
    let receiver = Receiver::start(None);
    let gateway = start(&receiver);
    let item = |number: u32| json!({ "id": format!("EV{number}"), "resource_type": "payments", "action": "paid_out" });
    let batch = json!({ "events": [item(1), item(2)] });
    assert_eq!(post(&gateway, &signed("gocardless", "current", &batch, 0)).status, 204);
    assert_eq!(events(&gateway, "gocardless").len(), 2);
    let body = json!({ "event_id": "e1", "type": "payment.updated" });
    assert_eq!(post(&gateway, &signed("square", "current", &body, 0)).status, 200);
    assert_eq!(events(&gateway, "square")[0]["code"], "payment.updated");
}

#[test]
fn a_scheme_of_the_configuration_is_verified_and_read() {
    let receiver = Receiver::start(None);
    let gateway = start(&receiver);
    let body = r#"{"event_id":"a-1","event":"paid","order":"order-17","amount":1050,"currency":"EUR"}"#;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let post_with = |key: &str| {
        let signature = hmac_sha512(key, format!("{now}:{body}").as_bytes());
        let header = format!("ts={now};sig={signature}");
        post(&gateway, &wire::request("POST", "/in/acme", &[("x-acme-signature", &header)], body.as_bytes()))
    };
    assert_eq!(post_with("another").status, 401);
    assert_eq!(post_with(KEY).status, 200);
    let event = events(&gateway, "acme").remove(0);
    assert_eq!((&event["code"], &event["reference"]), (&json!("paid"), &json!("order-17")));
    assert_eq!(event["amount"]["value"], 1_050);
}

fn hmac_sha512(key: &str, message: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA512, key.as_bytes());
    HEXLOWER.encode(hmac::sign(&key, message).as_ref())
}

#[test]
fn a_provider_that_asks_whether_this_is_the_address_is_answered() {
    let receiver = Receiver::start(None);
    let gateway = start(&receiver);
    let ask = [("x-gcs-webhooks-endpoint-verification", "are-you-there")];
    let answer = post(&gateway, &wire::request("GET", "/in/worldline", &ask, b""));
    assert_eq!((answer.status, answer.text().as_str()), (200, "are-you-there"));
    assert_eq!(post(&gateway, &wire::request("GET", "/in/stripe", &ask, b"")).status, 405);
    let body = json!({ "id": "8ee793f6", "type": "payment.paid" });
    assert_eq!(post(&gateway, &signed("worldline-connect", "key-17", &body, 0)).status, 200);
    assert_eq!(post(&gateway, &signed("worldline-connect", "key-18", &body, 0)).status, 401);
}
