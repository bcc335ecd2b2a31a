//! A set of keys that is served: TrueLayer's package signs for a binary without a key, and verifies what is signed here.

use http::HeaderMap;
use payhook_domain::time::Timestamp;
use payhook_provider::{Policy, Unsigned};
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::receiver::{Behaviour, Receiver};
use payhook_testkit::wire;
use serde_json::{Value, json};

use super::packages::Packages;
use super::payload::Payloads;
use super::signers::now;

const PACKAGE: &str = "truelayer-signing with a key set";
const TARGET: &str = "/in/truelayer";

/// Looks at `rounds` random requests from both sides.
pub(super) fn check(packages: &mut Packages, payloads: &mut Payloads, rounds: usize) {
    let key = payloads.private_key();
    let jwks = json!({ "keys": [packages.ask(&json!({ "ask": "jwk", "key": key }))] }).to_string();
    let publisher = Receiver::start(None);
    let served = jwks.clone();
    publisher.behave(move |_| Behaviour::Say(served.clone().into()));
    let jku = publisher.url();
    let source = format!("[[source]]\nname = \"truelayer\"\nprovider = \"truelayer\"\njwks_url = \"{jku}\"\n");
    let gateway = Setup::new(&source).start();
    let elsewhere = "http://127.0.0.1:9/jwks";
    for _ in 0..rounds {
        let id = payloads.id();
        let body = payloads.body(&id);
        let mut sign = |key: &str, jku: &str| {
            packages.ask(&json!({
                "ask": "sign", "package": PACKAGE, "key": key, "at": now(), "body": body, "target": TARGET, "jku": jku,
            }))
        };
        let good = sign(&key, &jku);
        let forged = sign(&payloads.private_key(), &jku);
        let foreign = sign(&key, elsewhere);
        let changed = body.replacen(&id, "evt_0_00000000", 1);
        assert_eq!(post(&gateway, &good, &body), 200, "{good}: {body}");
        assert_eq!(post(&gateway, &good, &changed), 401, "changed: {body}");
        assert_eq!(post(&gateway, &forged, &body), 401, "another key made it: {body}");
        assert_eq!(post(&gateway, &foreign, &body), 401, "another set: {body}");
        verified_by_the_package(packages, &key, &jwks, &jku, &body, &changed);
    }
    assert_eq!(gateway.list("/api/v1/events?limit=500&source=truelayer").len(), rounds);
    assert_eq!(publisher.count(), 1, "it is fetched once");
}

fn post(gateway: &Gateway, signed: &Value, body: &str) -> u16 {
    let mut headers = vec![("content-type", "application/json")];
    let signed = signed["headers"].as_object().expect("headers");
    headers.extend(signed.iter().map(|(name, value)| (name.as_str(), value.as_str().expect("text"))));
    gateway.send(&wire::request("POST", TARGET, &headers, body.as_bytes())).expect("an answer").status
}

/// What is signed here the package accepts out of the set, and not when it was changed.
fn verified_by_the_package(packages: &mut Packages, key: &str, jwks: &str, jku: &str, body: &str, changed: &str) {
    let provider = payhook_provider::by_name("truelayer").expect("a provider");
    let key = provider.key("public", key).expect("a key");
    let unsigned = Unsigned { target: TARGET.to_owned(), headers: HeaderMap::new(), body: body.to_owned().into() };
    let policy = Policy { key_set: Some(jku.to_owned()), ..Policy::default() };
    let signed = provider.sign(unsigned, &key, &policy, Timestamp::from_seconds(now())).expect("signed");
    let headers: serde_json::Map<String, Value> = signed
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.to_str().expect("ASCII").into()))
        .collect();
    for (body, expected) in [(body, true), (changed, false)] {
        let question = json!({
            "ask": "verify", "package": PACKAGE, "jwks": jwks, "jku": jku, "headers": headers, "target": TARGET, "body": body,
        });
        let said = packages.ask(&question);
        assert_eq!(said["valid"], expected, "{said}: {question}");
    }
}
