//! Declared schemes: what every one of them has to hold, and the reasons they refuse with.

mod events;
mod identities;
mod schemes;
mod seams;

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified;
use payhook_provider::{Item, Key, Outcome, Papers, Policy, Provider, RawRequest, SignedRequest, Tolerance, Unsigned};
use serde_json::json;

use crate::requests::{NOW, provider};

const SEED: [u8; 32] = [7; 32];

/// A private key of Ed25519, as Standard Webhooks writes it: a provider has one, a receiver does not.
pub(crate) const PRIVATE: &str = "whsk_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// What a source of any provider sets.
fn policy() -> Policy {
    let parameters = BTreeMap::from([("x_login".to_owned(), "merchant".to_owned())]);
    Policy { url: Some("https://hooks.example.com/in/shop".to_owned()), parameters, ..Policy::default() }
}

/// Everyone whose signature is declared.
fn schemes() -> impl Iterator<Item = &'static dyn Provider> {
    payhook_provider::all().filter(|provider| provider.about().fingerprint.is_some())
}

/// A key with which this release can sign as the provider does; Wise alone keeps its own.
fn key(provider: &dyn Provider) -> Option<Key> {
    let made = provider.key_text(&SEED);
    let text = made.or_else(|| (provider.name() == "standard-webhooks-v1a").then(|| PRIVATE.to_owned()))?;
    Some(provider.key("current", &text).expect("a key of its own making"))
}

fn signed_at(provider: &dyn Provider, key: &Key, body: &str, now: Timestamp) -> SignedRequest {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("content-type", "application/json"),
        ("user-agent", "Volt/1.0"),
        ("x-nonce", "n"),
        ("x-webhook-id", "w"),
        ("x-request-id", "r"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let unsigned = Unsigned { target: "/in/shop?data.id=17".to_owned(), headers, body: body.to_owned().into() };
    provider.sign(unsigned, key, &policy(), now).expect("signed")
}

fn signed(provider: &dyn Provider, key: &Key) -> SignedRequest {
    let now = NOW.as_seconds();
    signed_at(provider, key, &json!({ "id": "evt_1", "signedAt": now.to_string() }).to_string(), NOW)
}

fn judged(provider: &dyn Provider, request: &SignedRequest, keys: &[Key], now: Timestamp) -> Result<(), Unverified> {
    match provider.verify(&request.as_raw(), keys, &policy(), now) {
        Papers::Items(items) => {
            items.into_iter().try_for_each(|item| item.as_it_stands().map(drop).map_err(|refused| refused.reason))
        }
        Papers::Unreadable(refused) => Err(refused.reason),
    }
}

#[test]
fn what_every_scheme_signs_it_verifies_and_nothing_else() {
    let mut seen = 0;
    for provider in schemes() {
        let Some(key) = key(provider) else { continue };
        let name = provider.name();
        let keys = [key];
        let request = signed(provider, &keys[0]);
        assert_eq!(judged(provider, &request, &keys, NOW), Ok(()), "{name}");
        let other = provider.key_text(&[8; 32]).map(|text| provider.key("current", &text).expect("a key"));
        if let Some(other) = other {
            assert!(judged(provider, &request, &[other], NOW).is_err(), "{name} with another key");
        }
        let mut retired = keys[0].clone();
        retired.retired = true;
        assert_eq!(judged(provider, &request, &[retired], NOW), Err(Unverified::KeyRetired), "{name}");
        let mut changed = SignedRequest { body: b"{\"id\":\"evt_2\"}".as_slice().into(), ..request.clone() };
        let is_signed =
            provider.about().covers_body && !["chargebee", "gitlab", "xendit", "flutterwave-v3"].contains(&name);
        assert_eq!(judged(provider, &changed, &keys, NOW).is_err(), is_signed, "{name} with another body");
        changed = SignedRequest { headers: HeaderMap::new(), ..request };
        assert_eq!(judged(provider, &changed, &keys, NOW), Err(Unverified::SignatureMissing), "{name} without headers");
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn every_header_that_is_signed_counts() {
    for provider in schemes() {
        let Some(key) = key(provider) else { continue };
        let keys = [key];
        let request = signed(provider, &keys[0]);
        let own: Vec<HeaderName> = request
            .headers
            .keys()
            .filter(|name| {
                !["content-type", "user-agent", "x-request-id", "x-nonce", "x-webhook-id"].contains(&name.as_str())
            })
            .cloned()
            .collect();
        assert!(!own.is_empty(), "{} signs nowhere", provider.name());
        for name in own {
            let mut changed = request.clone();
            let value = changed.headers[&name].to_str().expect("ASCII").to_owned();
            let last = if value.ends_with('0') { "1" } else { "0" };
            // The last digit of base64's padded forms may say nothing; the first always does.
            let first = if value.starts_with('1') { "2" } else { "1" };
            let value = format!("{first}{}{last}", &value[1..value.len() - 1]);
            changed.headers.insert(&name, value.parse().expect("a value"));
            assert!(judged(provider, &changed, &keys, NOW).is_err(), "{}: {name} as {value}", provider.name());
        }
    }
}

#[test]
fn a_time_outside_the_window_is_stale_and_the_source_may_set_another_window() {
    for (name, late, early) in
        [("stripe", 301, None), ("svix", 301, Some(301)), ("paddle", 6, None), ("recurly", 301, Some(301))]
    {
        let provider = provider(name);
        let keys = [key(provider).expect("a key")];
        let request = signed(provider, &keys[0]);
        let at = |seconds: i64| Timestamp::from_seconds(NOW.as_seconds() + seconds);
        assert_eq!(judged(provider, &request, &keys, at(late - 1)), Ok(()), "{name}");
        assert_eq!(judged(provider, &request, &keys, at(late)), Err(Unverified::Stale), "{name}");
        let ahead = judged(provider, &request, &keys, at(-early.unwrap_or(86_400)));
        assert_eq!(ahead, early.map_or(Ok(()), |_| Err(Unverified::Stale)), "{name}");
        for (tolerance, is_let_in) in
            [(Tolerance::Off, true), (Tolerance::Within(std::time::Duration::from_secs(3)), false)]
        {
            let policy = Policy { tolerance, ..policy() };
            let Papers::Items(items) = provider.verify(&request.as_raw(), &keys, &policy, at(late - 1)) else {
                panic!()
            };
            assert_eq!(matches!(items[0], Item::Verified(_)), is_let_in, "{name} with {tolerance:?}");
        }
    }
}

/// A signature that its provider, or its official library, has published.
struct Published {
    provider: &'static str,
    key: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    at: i64,
    url: &'static str,
    query: &'static str,
}

const PUBLISHED: &[Published] = &[
    Published {
        provider: "github",
        key: "It's a Secret to Everybody",
        headers: &[("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")],
        body: "Hello, World!",
        at: 0,
        url: "",
        query: "",
    },
    Published {
        provider: "standard-webhooks",
        key: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        headers: &[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
        body: r#"{"test": 2432232314}"#,
        at: 1614265330,
        url: "",
        query: "",
    },
    Published {
        provider: "standard-webhooks-v1a",
        key: "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
        headers: &[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            (
                "webhook-signature",
                "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
            ),
        ],
        body: r#"{"test": 2432232314}"#,
        at: 1614265330,
        url: "",
        query: "",
    },
    Published {
        provider: "svix",
        key: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        headers: &[
            ("svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("svix-timestamp", "1614265330"),
            ("svix-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
        body: r#"{"test": 2432232314}"#,
        at: 1614265330,
        url: "",
        query: "",
    },
    Published {
        provider: "square",
        key: "Ibxx_5AKakO-3qeNVR61Dw",
        headers: &[("x-square-hmacsha256-signature", "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4=")],
        body: r#"{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}"#,
        at: 0,
        url: "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9",
        query: "",
    },
    Published {
        provider: "razorpay",
        key: "123456",
        headers: &[("x-razorpay-signature", "2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc")],
        body: r#"{"a":1,"b":2,"c":{"d":3}}"#,
        at: 0,
        url: "",
        query: "",
    },
    Published {
        provider: "recurly",
        key: "354fab5bd35f5a0d50845ee7e30165244468b13c2c343f104e4e730a59326d9d",
        headers: &[(
            "recurly-signature",
            "1663103925004,ad24699f3beaa24c9af2cc7ada3ce4c835da0090194241b9d3add83d27f14bc3",
        )],
        body: r#"{"id":"rjxwmwedwqug","object_type":"account","site_id":"qc326l1hl8k9","event_type":"created","event_time":"2022-09-13T21:18:40Z","account_code":"adfas23zzz14123"}"#,
        at: 1663103925,
        url: "",
        query: "",
    },
    Published {
        provider: "tink",
        key: "top_secret_top_secret_top_secret",
        headers: &[(
            "x-tink-signature",
            "t=1620198421,v1=3808bca389150582fd78bdb5e3dfcf46f99ff168d37d60cdc13da7c5e49abefb",
        )],
        body: r#"{"context": {...}, "event": "...",  "content": {...}}"#,
        at: 1620198421,
        url: "",
        query: "",
    },
    Published {
        provider: "paddle",
        key: "VALID_SECRET",
        headers: &[(
            "paddle-signature",
            "ts=1698796800;h1=a300428748dce5c70e4da19bffd60769591ea969c99dea3105d0ec9612cf43f9",
        )],
        body: r#"{"data": ["1", "2"]}"#,
        at: 1698796800,
        url: "",
        query: "",
    },
    Published {
        provider: "modern-treasury",
        key: "foo",
        headers: &[("x-signature", "08ba357e274f528065766c770a639abf6809b39ccfd37c2a3157c7f51954da0a")],
        body: "foo",
        at: 0,
        url: "",
        query: "",
    },
    Published {
        provider: "govuk-pay",
        key: "This is my secret key! 🔑",
        headers: &[("pay-signature", "a678c8326237dc08acabed4ec3948ee82f94c4b35cdc44b68f26fa8ef595efff")],
        body: "We captured a £10 payment! 💷",
        at: 0,
        url: "",
        query: "",
    },
    Published {
        provider: "mercadopago",
        key: "your_secret_key_here",
        headers: &[
            ("x-signature", "ts=1742505638683,v1=633f91233312dd391ec75fa0bea539cfc2d6c4918873305b84a96cc1c58db71c"),
            ("x-request-id", "2066ca19-c6f1-498a-be75-1923005edd06"),
        ],
        body: "",
        at: 0,
        url: "",
        query: "data.id=ord01jq4s4ky8hwq6na5pxb65b3d3",
    },
    Published {
        provider: "convoy-simple",
        key: "convoy-webhook-secret",
        headers: &[("x-convoy-signature", "244449b7f48cbc2709060c9dcdc2b3aa47a78f540430579015c579fb12defbb4")],
        body: r#"{"event":"charge.success","amount":1000,"currency":"NGN"}"#,
        at: 0,
        url: "",
        query: "",
    },
];

#[test]
fn what_was_published_is_let_in_and_with_a_byte_more_it_is_not() {
    for published in PUBLISHED {
        let provider = provider(published.provider);
        let keys = [provider.key("current", published.key).expect("a key")];
        let pairs = published.headers.iter();
        let headers: HeaderMap = pairs
            .map(|(name, value)| (name.parse::<HeaderName>().expect("a name"), value.parse().expect("a value")))
            .collect();
        let policy = Policy { url: Some(published.url.to_owned()), ..Policy::default() };
        let target = format!("/in/x?{}", published.query);
        let is_let_in = |body: &str| {
            let request = RawRequest { target: &target, headers: &headers, body: body.as_bytes() };
            match provider.verify(&request, &keys, &policy, Timestamp::from_seconds(published.at)) {
                Papers::Items(items) => matches!(items[0], Item::Verified(_)),
                Papers::Unreadable(_) => false,
            }
        };
        assert!(is_let_in(published.body), "{}", published.provider);
        let is_signed = provider.about().covers_body;
        assert_eq!(is_let_in(&format!("{} ", published.body)), !is_signed, "{} changed", published.provider);
    }
}

#[test]
fn one_of_several_signatures_is_enough_but_a_ninth_is_not_looked_at() {
    let stripe = provider("stripe");
    let keys = [key(stripe).expect("a key")];
    let good = signed(stripe, &keys[0]);
    let value = good.headers["stripe-signature"].to_str().expect("ASCII").to_owned();
    let (time, signature) = value.split_once(",v1=").expect("time and signature");
    let wrong = "0".repeat(64);
    let with = |before: usize| {
        let mut request = good.clone();
        let noise = format!(",v1={wrong}").repeat(before);
        let value = format!("{time},v0={wrong}{noise},v1={signature}");
        request.headers.insert("stripe-signature", value.parse().expect("a value"));
        judged(stripe, &request, &keys, NOW)
    };
    assert_eq!(with(7), Ok(()));
    assert_eq!(with(8), Err(Unverified::SignatureMismatch));
    assert_eq!(with(2_000), Err(Unverified::SignatureMismatch));
}

#[test]
fn a_signature_counts_at_whichever_of_its_places_a_key_makes_it() {
    let primer = provider("primer");
    let text = |seed: u8| primer.key_text(&[seed; 32]).expect("a key");
    let named = |name: &str, seed: u8| primer.key(name, &text(seed)).expect("a key");
    let current = named("current", 7);
    let mut old = named("old", 8);
    old.retired = true;
    let by = |key: &Key| signed(primer, key).headers["x-signature-primary"].clone();
    let (good, of_old, foreign) = (by(&current), by(&old), by(&named("foreign", 9)));
    let nonsense = HeaderValue::from_static("?");
    let judge = |first: Option<&HeaderValue>, second: Option<&HeaderValue>| {
        let mut request = signed(primer, &current);
        request.headers.remove("x-signature-primary");
        first.map(|value| request.headers.insert("x-signature-primary", value.clone()));
        second.map(|value| request.headers.insert("x-signature-secondary", value.clone()));
        judged(primer, &request, &[old.clone(), current.clone()], NOW)
    };
    for (first, second, expected) in [
        (Some(&good), None, Ok(())),
        (None, Some(&good), Ok(())),
        (Some(&foreign), Some(&good), Ok(())),
        (Some(&nonsense), Some(&good), Ok(())),
        (Some(&of_old), Some(&good), Ok(())),
        (Some(&good), Some(&foreign), Ok(())),
        (Some(&of_old), Some(&foreign), Err(Unverified::KeyRetired)),
        (Some(&foreign), Some(&of_old), Err(Unverified::KeyRetired)),
        (Some(&foreign), Some(&foreign), Err(Unverified::SignatureMismatch)),
        (Some(&foreign), Some(&nonsense), Err(Unverified::SignatureMismatch)),
        (Some(&nonsense), Some(&nonsense), Err(Unverified::SignatureMalformed)),
        (None, None, Err(Unverified::SignatureMissing)),
    ] {
        assert_eq!(judge(first, second), expected, "{first:?}, {second:?}");
    }
}

#[test]
fn a_header_that_stands_there_twice_is_as_good_as_none_but_where_the_provider_repeats_it() {
    for (name, header, expected) in [
        ("worldline-connect", "x-gcs-signature", Err(Unverified::SignatureMissing)),
        ("mollie", "x-mollie-signature", Ok(())),
    ] {
        let provider = provider(name);
        let keys = [key(provider).expect("a key")];
        let mut request = signed(provider, &keys[0]);
        request.headers.append(header, HeaderValue::from_static("sha256=00"));
        assert_eq!(judged(provider, &request, &keys, NOW), expected, "{name}");
    }
}

#[test]
fn the_key_that_is_named_is_the_key_that_is_tried() {
    let klarna = provider("klarna");
    let text = klarna.key_text(&SEED).expect("a key");
    let named = |name: &str| klarna.key(name, &text).expect("a key");
    let request = signed(klarna, &named("key-7"));
    assert_eq!(judged(klarna, &request, &[named("key-6"), named("key-7")], NOW), Ok(()));
    let Papers::Items(items) = klarna.verify(&request.as_raw(), &[named("key-6")], &policy(), NOW) else { panic!() };
    let Item::Refused(refused) = &items[0] else { panic!("let in with a key of another name") };
    assert!(refused.detail.contains("key-7"), "{}", refused.detail);
}

#[test]
fn signatures_are_compared_as_bytes_and_never_by_how_they_are_written() {
    let authorize = provider("authorize-net");
    let keys = [key(authorize).expect("a key")];
    let mut request = signed(authorize, &keys[0]);
    let upper = request.headers["x-anet-signature"].to_str().expect("ASCII").replace("sha512=", "").to_uppercase();
    request.headers.insert("x-anet-signature", format!("sha512={upper}").parse().expect("a value"));
    assert_eq!(judged(authorize, &request, &keys, NOW), Ok(()));
    request.headers.insert("x-anet-signature", format!("sha512={}", &upper[2..]).parse().expect("a value"));
    assert_eq!(judged(authorize, &request, &keys, NOW), Err(Unverified::SignatureMalformed));
}

#[test]
fn each_provider_hears_what_it_waits_for() {
    let headers = HeaderMap::new();
    let request = RawRequest { target: "/in/x", headers: &headers, body: b"{}" };
    let refused = Outcome::Refused(payhook_domain::error::Code::SignatureMismatch);
    for (name, ok, bad) in [("gocardless", 204, 498), ("klarna", 200, 400), ("shopify", 200, 401), ("stripe", 200, 400)]
    {
        assert_eq!(provider(name).ack(&request, Outcome::Accepted).status, ok, "{name}");
        assert_eq!(provider(name).ack(&request, refused).status, bad, "{name}");
    }
}

#[test]
fn a_provider_that_asks_first_is_answered() {
    let worldline = provider("worldline-connect");
    let ask = |value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("x-gcs-webhooks-endpoint-verification", value.parse().expect("a value"));
        let request = RawRequest { target: "/in/x", headers: &headers, body: b"" };
        worldline.challenge(&request, &[]).map(|ack| (ack.status, ack.content_type, ack.body.into_owned()))
    };
    assert_eq!(ask("verify-me"), Some((200, "text/plain", "verify-me".to_owned())));
    assert_eq!(ask(&"x".repeat(2_000)), None);
}
