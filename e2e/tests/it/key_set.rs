//! Keys that a provider publishes, looked up by the shipped binary: once for many, never where a request says, and not believed
//! or refused before they are known.

mod https;

use std::time::Duration;

use payhook_domain::time::Timestamp;
use payhook_provider::{Policy, Unsigned};
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::receiver::{Behaviour, Receiver};
use payhook_testkit::wire::{self, Answer};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(10);
const KID: &str = "45fc75cf-5649-4134-84b3-192c2c78e990";

/// The private key that TrueLayer publishes for tests, and its public half.
const PRIVATE: &str = "-----BEGIN EC PRIVATE KEY-----
MIHcAgEBBEIBMJmRfU/nMzOnBnA6zXgdfpF6uWfYvOBCM4lUoxFDSFS6nqO3+X+R
42GJ8OzKzLr9+Iq238CL+2Bxw14f3jqiTtCgBwYFK4EEACOhgYkDgYYABACgu5bi
cWqhS5Hx3sVWxSgjraWJth1CVYa0tK2ep250tj3ZtDStrl5kBuS6esZNH37D2avi
jYS3JvqkLtgHb7bdYwF9XI5BjIpbYpD65F+PasLiQ3XBE2k7I/pMhT/I7BfVuVwA
d2eLQYkLXO9g0JyWHisgFf0+qmU7RSha/k6eIrvo+w==
-----END EC PRIVATE KEY-----";

fn set() -> String {
    let key = json!({
        "kty": "EC", "crv": "P-521", "alg": "ES512", "use": "sig", "kid": KID,
        "x": "AKC7luJxaqFLkfHexVbFKCOtpYm2HUJVhrS0rZ6nbnS2Pdm0NK2uXmQG5Lp6xk0ffsPZq-KNhLcm-qQu2Advtt1j",
        "y": "AX1cjkGMiltikPrkX49qwuJDdcETaTsj-kyFP8jsF9W5XAB3Z4tBiQtc72DQnJYeKyAV_T6qZTtFKFr-Tp4iu-j7",
    });
    json!({ "keys": [{ "kty": "RSA", "kid": "of another sort", "n": "AQAB", "e": "AQAB" }, key] }).to_string()
}

/// An endpoint that publishes the set.
fn publisher() -> Receiver {
    let publisher = Receiver::start(None);
    publisher.behave(|_| Behaviour::Say(set().into()));
    publisher
}

/// A source that has no key of its own.
fn source(url: &str) -> String {
    format!("[[source]]\nname = \"truelayer\"\nprovider = \"truelayer\"\njwks_url = \"{url}\"\n")
}

fn start(publisher: &Receiver) -> Gateway {
    Setup::new(&source(&publisher.url())).start()
}

/// What TrueLayer would post, naming this key of this set.
fn signed(kid: &str, jku: &str, event: &str) -> Vec<u8> {
    let provider = payhook_provider::by_name("truelayer").expect("a provider");
    let key = provider.key(kid, PRIVATE).expect("a key");
    let body = json!({ "type": "payment_executed", "event_id": event, "payment_id": "p1" }).to_string();
    let target = "/in/truelayer".to_owned();
    let unsigned = Unsigned { target: target.clone(), headers: Default::default(), body: body.into() };
    let policy = Policy { key_set: Some(jku.to_owned()), ..Policy::default() };
    let signed = provider.sign(unsigned, &key, &policy, Timestamp::from_seconds(1_790_000_000)).expect("signed");
    let headers: Vec<(&str, &str)> = std::iter::once(("content-type", "application/json"))
        .chain(signed.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().expect("ASCII"))))
        .collect();
    wire::request("POST", &target, &headers, &signed.body)
}

fn post(gateway: &Gateway, request: &[u8]) -> Answer {
    gateway.send(request).expect("answered")
}

fn quarantined(gateway: &Gateway) -> Vec<Value> {
    gateway.list("/api/v1/quarantine")
}

/// What the doctor says of the set: how bad, and what.
fn doctor(gateway: &Gateway) -> (String, String) {
    let said = gateway.get("/api/v1/doctor").json();
    let findings = said["findings"].as_array().expect("findings");
    let finding = findings.iter().find(|finding| finding["check"] == "key_sets").expect("one of the set");
    let text = |name: &str| finding[name].as_str().expect("text").to_owned();
    (text("severity"), text("what"))
}

#[test]
fn fifty_notifications_at_once_have_the_set_fetched_once_and_are_all_stored() {
    let publisher = Receiver::start(None);
    publisher.behave(|_| {
        std::thread::sleep(Duration::from_millis(200));
        Behaviour::Say(set().into())
    });
    let gateway = start(&publisher);
    std::thread::scope(|scope| {
        for number in 0..50 {
            let (gateway, url) = (&gateway, publisher.url());
            scope.spawn(move || {
                assert_eq!(post(gateway, &signed(KID, &url, &format!("e{number}"))).status, 200);
            });
        }
    });
    assert_eq!(gateway.list("/api/v1/events?source=truelayer").len(), 50);
    assert_eq!(publisher.count(), 1);
    let line = gateway.wait_for_log("a key set was fetched", PATIENCE).expect("it is told");
    assert_eq!((&line["keys"], &line["skipped"]), (&json!(1), &json!(1)));
    assert_eq!(doctor(&gateway).0, "ok");
}

#[test]
fn a_flood_of_forged_key_names_is_refused_and_sends_the_gateway_nowhere() {
    let publisher = publisher();
    let elsewhere = Receiver::start(None);
    let gateway = start(&publisher);
    assert_eq!(post(&gateway, &signed(KID, &publisher.url(), "e0")).status, 200);
    for number in 0..100 {
        let forged = signed(&format!("forged-{number}"), &publisher.url(), "e1");
        assert_eq!(post(&gateway, &forged).status, 401);
        assert_eq!(post(&gateway, &signed(KID, &elsewhere.url(), "e2")).status, 401, "a set of the forger's own");
    }
    assert_eq!((publisher.count(), elsewhere.count()), (1, 0));
    assert_eq!(post(&gateway, &signed(KID, &publisher.url(), "e3")).status, 200, "an honest one is let in as before");
    let explained = |reason: &str| {
        let rows = quarantined(&gateway);
        let row = rows.iter().find(|row| row["reason"] == reason).unwrap_or_else(|| panic!("{reason}: {rows:?}"));
        let shown = gateway.get(&format!("/api/v1/quarantine/{}", row["id"].as_str().expect("an id"))).json();
        shown["diagnosis"][0]["findings"][0]["cause"].as_str().expect("a cause").to_owned()
    };
    assert_eq!(explained("signature_mismatch"), "key_unknown");
    assert_eq!(explained("signature_malformed"), "foreign_key_set");
}

#[test]
fn what_needs_a_key_while_the_set_cannot_be_fetched_comes_again_and_is_no_forgery() {
    let publisher = publisher();
    publisher.behave(|_| Behaviour::Answer(500));
    let gateway = start(&publisher);
    let request = signed(KID, &publisher.url(), "e1");
    for _ in 0..3 {
        let answer = post(&gateway, &request);
        assert_eq!((answer.status, answer.json()["error"]["code"].clone()), (503, json!("key_unavailable")));
        assert_eq!(answer.header("retry-after"), Some("5"));
    }
    assert_eq!(publisher.count(), 1, "it is not tried for each");
    let (severity, what) = doctor(&gateway);
    assert_eq!(severity, "problem");
    assert!(what.contains("it answered 500"), "{what}");
    let metrics = gateway.get("/metrics").text();
    assert!(metrics.contains("figure=\"failed_total\"} 1"), "{metrics}");
    publisher.behave(|_| Behaviour::Say(set().into()));
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(post(&gateway, &request).status, 200, "the provider comes again");
    assert_eq!(quarantined(&gateway), Vec::<Value>::new());
    assert_eq!(gateway.list("/api/v1/events?source=truelayer").len(), 1);
    assert_eq!(doctor(&gateway).0, "ok");
}

#[test]
fn keys_of_the_sources_own_work_without_anybody_being_asked() {
    let publisher = publisher();
    let keys = format!("keys = [{{ name = \"{KID}\", key = {} }}]\n", json!(PRIVATE));
    for lines in [keys.clone(), format!("{keys}jwks_url = \"{}\"\n", publisher.url())] {
        let source = format!("[[source]]\nname = \"truelayer\"\nprovider = \"truelayer\"\n{lines}");
        let gateway = Setup::new(&source).start();
        let sandbox = "https://webhooks.truelayer-sandbox.com/.well-known/jwks";
        assert_eq!(post(&gateway, &signed(KID, sandbox, "e1")).status, 200);
    }
    assert_eq!(publisher.count(), 0);
}
