//! What every fuzz target asks of a provider.
//!
//! Nobody without a key is believed, nothing panics, and what somebody with the key signs is believed and can be
//! parsed. The second half takes the fuzzer past the signature, to the parser behind it.

mod declared;
#[cfg(feature = "sandbox")]
mod sandbox;

pub use declared::{Declared, takes_scheme};
#[cfg(feature = "sandbox")]
pub use sandbox::asks_sandbox;

use std::collections::HashSet;

use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_domain::event::Original;
use payhook_domain::identity::Environment;
use payhook_domain::time::Timestamp;
use payhook_provider::doctor::{self, Case};
use payhook_provider::{Item, Key, KeySet, Papers, Parsed, Policy, Provider, RawRequest, Unsigned};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// A provider and a key the fuzzer does not know.
pub struct Suspect {
    provider: &'static dyn Provider,
    key: Key,
}

impl Suspect {
    /// The provider of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let provider = payhook_provider::by_name(name).expect("a provider of this release");
        let key = provider.key_text(&[0x5a; 32]).and_then(|text| provider.key("fuzz", &text).ok());
        let key = key.expect("a key of its own making");
        Self { provider, key }
    }

    /// Posts a body nobody signed: it must be refused, whatever stands in it or in these headers.
    pub fn refuses(&self, headers: &HeaderMap, body: &[u8]) {
        let request = RawRequest { target: "/in/x", headers, body };
        if let Papers::Items(items) =
            self.provider.verify(&request, std::slice::from_ref(&self.key), &Policy::default(), NOW)
        {
            assert!(!items.is_empty(), "a verdict on nothing");
            assert!(items.iter().all(|item| matches!(item, Item::Refused(_))), "believed without a key");
        }
    }

    /// Signs the body and parses every item that is then believed.
    pub fn parses(&self, headers: &HeaderMap, body: &[u8]) {
        let unsigned = Unsigned { target: "/in/x".to_owned(), headers: headers.clone(), body: body.to_vec().into() };
        // A provider that signs its URL, or a value of the source, cannot without.
        let Some(signed) = self.provider.sign(unsigned, &self.key, &Policy::default(), NOW) else { return };
        let Papers::Items(items) =
            self.provider.verify(&signed.as_raw(), std::slice::from_ref(&self.key), &Policy::default(), NOW)
        else {
            return;
        };
        for item in items {
            let Item::Verified(verified) = item else { continue };
            let events = match self.provider.parse(&verified, Environment::Live) {
                Parsed::Events(events) => events,
                Parsed::NotUnderstood { event, .. } => vec![*event],
            };
            assert!(!events.is_empty(), "an authentic item without an event");
            for event in events {
                if let Original::Slice(range) = event.original {
                    assert!(range.end <= signed.body.len(), "the original lies outside the body");
                }
            }
        }
    }
}

/// Posts a body that nobody signed to TrueLayer, which knows a public key only.
pub fn refused_by_truelayer(headers: &HeaderMap, body: &[u8]) {
    const KEY: &str = r#"{"kty":"EC","crv":"P-521","x":"AKC7luJxaqFLkfHexVbFKCOtpYm2HUJVhrS0rZ6nbnS2Pdm0NK2uXmQG5Lp6xk0ffsPZq-KNhLcm-qQu2Advtt1j","y":"AX1cjkGMiltikPrkX49qwuJDdcETaTsj-kyFP8jsF9W5XAB3Z4tBiQtc72DQnJYeKyAV_T6qZTtFKFr-Tp4iu-j7"}"#;
    let provider = payhook_provider::by_name("truelayer").expect("a provider of this release");
    let key = provider.key("key", KEY).expect("a public key");
    Suspect { provider, key }.refuses(headers, body);
}

/// Reads a published key set; each key it holds refuses a signature that was made by nobody.
pub fn no_key_of_the_set_believes(set: &[u8]) {
    let Ok(set) = KeySet::read(set) else { return };
    assert!(!set.keys.is_empty() && set.keys.len() + set.skipped <= KeySet::KEYS_MAX, "beyond its bounds");
    let names: HashSet<&str> = set.keys.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names.len(), set.keys.len(), "two keys of one name");
    let provider = payhook_provider::by_name("truelayer").expect("a provider of this release");
    for key in set.keys {
        let head = serde_json::json!({ "alg": "ES512", "kid": key.name, "tl_version": "2" }).to_string();
        let signature = format!("{}..{}", BASE64URL_NOPAD.encode(head.as_bytes()), BASE64URL_NOPAD.encode(&[1; 132]));
        let headers = headers(&[("tl-signature", signature.as_bytes())]);
        Suspect { provider, key }.refuses(&headers, b"{}");
    }
}

/// Asks doctors about a request nobody signed: it is never called well, and something is always said of it. Of those whose
/// scheme is declared, which are alike, one is asked, by the length of the body.
pub fn is_explained(headers: &HeaderMap, body: &[u8]) {
    let request = RawRequest { target: "/in/x", headers, body };
    let is_declared = |provider: &&dyn Provider| provider.about().fingerprint.is_some();
    let (declared, in_code): (Vec<_>, Vec<_>) = payhook_provider::all().partition(is_declared);
    let one = declared[body.len() % declared.len()];
    for provider in in_code.into_iter().chain([one]) {
        let Some(text) = provider.key_text(&[0x5a; 32]) else { continue };
        let (suspects, _) = doctor::suspects(provider, "fuzz", &text);
        let case = Case { request, suspects: &suspects, policy: &Policy::default(), now: NOW, environment: None };
        for diagnosis in provider.diagnose(&case) {
            assert!(!diagnosis.is_authentic(), "called well without a key");
            assert!(!diagnosis.findings.is_empty(), "nothing is said of it");
        }
    }
}

/// Headers of these names and values; a value that cannot be one is left out.
#[must_use]
pub fn headers(lines: &[(&'static str, &[u8])]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    headers
}

/// The input as a header's value and a body, cut at the first line break.
#[must_use]
pub fn value_and_body(input: &[u8]) -> (&[u8], &[u8]) {
    let cut = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    (&input[..cut], input.get(cut + 1..).unwrap_or_default())
}
