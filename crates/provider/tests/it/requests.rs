//! Requests as a provider posts them, and the verdicts on them, for the suites beside this file.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_domain::event::Event;
use payhook_domain::identity::Environment;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified;
use payhook_provider::{
    Item, Key, Papers, Parsed, Policy, Provider, RawRequest, Refused, SignedRequest, Unsigned, Verified,
};

/// The instant every suite lives at.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// A request that owns what a received one borrows.
pub(crate) struct Posted {
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Posted {
    pub(crate) fn new(headers: HeaderMap, body: impl Into<Vec<u8>>) -> Self {
        Self { target: "/in/x".to_owned(), headers, body: body.into() }
    }

    pub(crate) fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::new(HeaderMap::new(), body).with("content-type", "application/json")
    }

    pub(crate) fn form(body: impl Into<Vec<u8>>) -> Self {
        Self::new(HeaderMap::new(), body).with("content-type", "application/x-www-form-urlencoded")
    }

    pub(crate) fn xml(body: impl Into<Vec<u8>>) -> Self {
        Self::new(HeaderMap::new(), body).with("content-type", "text/xml; charset=utf-8")
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header value");
        self.headers.append(HeaderName::from_static(name), value);
        self
    }

    pub(crate) fn raw(&self) -> RawRequest<'_> {
        RawRequest { target: &self.target, headers: &self.headers, body: &self.body }
    }
}

pub(crate) fn provider(name: &str) -> &'static dyn Provider {
    payhook_provider::by_name(name).expect("a provider of this release")
}

pub(crate) fn key(provider_name: &str, text: &str) -> Key {
    provider(provider_name).key("current", text).expect("a key")
}

/// What a source of any provider sets: the URL is signed by one of them, the login by another.
fn policy() -> Policy {
    let parameters = BTreeMap::from([("x_login".to_owned(), "merchant".to_owned())]);
    Policy { url: Some("https://hooks.example.com/in/x".to_owned()), parameters, ..Policy::default() }
}

/// Signs as the provider would, under the usual policy.
pub(crate) fn signed(provider_name: &str, unsigned: Unsigned, key: &Key) -> SignedRequest {
    provider(provider_name).sign(unsigned, key, &policy(), NOW).expect("signed")
}

pub(crate) fn verify<'r>(name: &str, request: &'r Posted, keys: &[Key]) -> Papers<'r> {
    provider(name).verify(&request.raw(), keys, &policy(), NOW)
}

/// The verdicts, item by item.
pub(crate) fn items<'r>(name: &str, request: &'r Posted, keys: &[Key]) -> Vec<Result<Verified<'r>, Refused>> {
    match verify(name, request, keys) {
        Papers::Items(items) => items.into_iter().map(Item::as_it_stands).collect(),
        Papers::Unreadable(refused) => vec![Err(refused)],
    }
}

/// The reason the only item is refused with.
pub(crate) fn refusal(name: &str, request: &Posted, keys: &[Key]) -> Option<Unverified> {
    let verdicts = items(name, request, keys);
    assert_eq!(verdicts.len(), 1);
    verdicts.into_iter().next().expect("one").err().map(|refused| refused.reason)
}

/// The events of a request whose items are all authentic.
pub(crate) fn events(name: &str, request: &Posted, keys: &[Key]) -> Vec<Event> {
    items(name, request, keys)
        .into_iter()
        .flat_map(|verdict| {
            let verified = verdict.unwrap_or_else(|refused| panic!("refused: {refused:?}"));
            match provider(name).parse(&verified, Environment::Test) {
                Parsed::Events(events) => events,
                Parsed::NotUnderstood { detail, .. } => panic!("not understood: {detail}"),
            }
        })
        .collect()
}

/// The one event of a request.
pub(crate) fn event(name: &str, request: &Posted, keys: &[Key]) -> Event {
    let mut events = events(name, request, keys);
    assert_eq!(events.len(), 1);
    events.remove(0)
}

/// A standard Adyen envelope around these items.
pub(crate) fn envelope(items: &[&str]) -> String {
    let items: Vec<String> = items.iter().map(|item| format!(r#"{{"NotificationRequestItem":{item}}}"#)).collect();
    format!(r#"{{"live":"false","notificationItems":[{}]}}"#, items.join(","))
}
