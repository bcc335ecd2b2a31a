//! `@hookflo/tern`, which was written without knowing payhook, judges the same mutated requests.
//!
//! Where the two differ for a reason, the reason stands here, and the difference is asserted or kept out of what is asked:
//!
//! - Hexadecimal in capitals: here either case is read, there only the lower one. So no letter of a signature changes case.
//! - A dollar sign in a body: for Svix, Standard Webhooks and Paddle it is put in with JavaScript's `String.replace`, which
//!   reads `$&` and `$$` as patterns, so a request that is right does not verify there. So no body has one.
//! - Tolerances: there it is 300 seconds both ways for every scheme, so that is what is set here.
//! - Not compared: Polar, Vercel, WorkOS, Sentry and others that payhook has no scheme for.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use data_encoding::BASE64;
use http::HeaderValue;
use payhook_domain::time::Timestamp;
use payhook_provider::{Item, Papers, Policy, Provider, SignedRequest, Tolerance};
use serde_json::{Value, json};

use super::packages::Packages;
use super::payload::{NewKey, Payloads};
use super::signers::now;
use super::validators::{headers, signed_here};

/// Seconds of the tolerance that both are given.
const TOLERANCE: u64 = 300;

/// A scheme that both know.
struct Scheme {
    provider: &'static str,
    /// Its name there.
    platform: &'static str,
    key: NewKey,
    /// The headers it is about.
    headers: &'static [&'static str],
}

const SCHEMES: &[Scheme] = &[
    Scheme::new("stripe", "stripe", Payloads::text_key, &["stripe-signature"]),
    Scheme::new("svix", "clerk", Payloads::prefixed_key, &["svix-id", "svix-timestamp", "svix-signature"]),
    Scheme::new(
        "standard-webhooks",
        "dodopayments",
        Payloads::prefixed_key,
        &["webhook-id", "webhook-timestamp", "webhook-signature"],
    ),
    Scheme::new("github", "github", Payloads::text_key, &["x-hub-signature-256"]),
    Scheme::new("gitlab", "gitlab", Payloads::text_key, &["x-gitlab-token"]),
    Scheme::new("shopify", "shopify", Payloads::text_key, &["x-shopify-hmac-sha256"]),
    Scheme::new("paddle", "paddle", Payloads::text_key, &["paddle-signature"]),
    Scheme::new("razorpay", "razorpay", Payloads::text_key, &["x-razorpay-signature"]),
    Scheme::new("lemon-squeezy", "lemonsqueezy", Payloads::text_key, &["x-signature"]),
];

impl Scheme {
    const fn new(
        provider: &'static str,
        platform: &'static str,
        key: NewKey,
        headers: &'static [&'static str],
    ) -> Self {
        Self { provider, platform, key, headers }
    }
}

/// Shows both `rounds` random requests of every scheme, each as it is and in every mutation.
pub(super) fn check(packages: &mut Packages, payloads: &mut Payloads, rounds: usize) {
    let mut told: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for scheme in SCHEMES {
        let provider = payhook_provider::by_name(scheme.provider).expect("a provider");
        for _ in 0..rounds {
            let key = (scheme.key)(payloads);
            let good = signed_here(payloads, scheme.provider, &key, now());
            for mutation in MUTATIONS {
                let case = mutation.of(scheme, &good, &key, payloads);
                let ours = ours(provider, &case);
                let said = theirs(packages, scheme, &case);
                assert_eq!(json!(ours), said["valid"], "{}, {}: {said}, {case:?}", scheme.provider, mutation.name());
                *told.entry((mutation.name(), ours)).or_default() += 1;
            }
        }
    }
    println!("{told:?}");
    let requests = SCHEMES.len() * rounds;
    assert_eq!(told.get(&("as it is", true)), Some(&requests), "what is right is right to both");
    assert_eq!(told.get(&("another key", false)), Some(&requests), "another key fits nothing");
    assert!(
        ["a bit of the body", "a bit of a header", "long ago"].iter().all(|name| told.contains_key(&(name, false)))
    );
}

/// What both are shown.
#[derive(Debug)]
struct Case {
    signed: SignedRequest,
    key: String,
}

/// What is done to a request.
#[derive(Clone, Copy)]
enum Mutation {
    None,
    BodyBit,
    HeaderBit,
    AnotherKey,
    /// Signed anew, as many seconds from now as that, and what this is called.
    Signed(i64, &'static str),
}

const MUTATIONS: [Mutation; 9] = [
    Mutation::None,
    Mutation::BodyBit,
    Mutation::HeaderBit,
    Mutation::HeaderBit,
    Mutation::AnotherKey,
    Mutation::Signed(-3_600, "long ago"),
    Mutation::Signed(-250, "just now"),
    Mutation::Signed(250, "in a moment"),
    Mutation::Signed(3_600, "in an hour"),
];

impl Mutation {
    const fn name(self) -> &'static str {
        match self {
            Self::None => "as it is",
            Self::BodyBit => "a bit of the body",
            Self::HeaderBit => "a bit of a header",
            Self::AnotherKey => "another key",
            Self::Signed(_, name) => name,
        }
    }

    fn of(self, scheme: &Scheme, good: &SignedRequest, key: &str, payloads: &mut Payloads) -> Case {
        let (mut signed, mut key) = (good.clone(), key.to_owned());
        match self {
            Self::None => {}
            Self::BodyBit => {
                let mut body = signed.body.to_vec();
                flip(&mut body, 8, &mut payloads.random);
                signed.body = Bytes::from(body);
            }
            Self::HeaderBit => flip_in_header(&mut signed, scheme, &mut payloads.random),
            Self::AnotherKey => key = (scheme.key)(payloads),
            Self::Signed(seconds, _) => signed = signed_here(payloads, scheme.provider, &key, now() + seconds),
        }
        Case { signed, key }
    }
}

/// Flips one of the lower `bits` of one byte.
fn flip(bytes: &mut [u8], bits: u8, random: &mut fastrand::Rng) {
    let at = random.usize(0..bytes.len());
    bytes[at] ^= 1 << random.u8(0..bits);
}

/// Flips a bit in a header of the scheme. The sixth bit is the case of a letter, and without it a text stays visible, as it
/// has to be to get through a proxy.
fn flip_in_header(signed: &mut SignedRequest, scheme: &Scheme, random: &mut fastrand::Rng) {
    let name = *random.choice(scheme.headers).expect("a scheme has a header");
    let value = signed.headers[name].as_bytes();
    let flipped = loop {
        let mut flipped = value.to_vec();
        flip(&mut flipped, 5, random);
        if flipped.iter().all(u8::is_ascii_graphic) {
            break flipped;
        }
    };
    signed.headers.insert(name, HeaderValue::from_bytes(&flipped).expect("visible ASCII"));
}

/// Whether payhook takes it.
fn ours(provider: &dyn Provider, case: &Case) -> bool {
    let keys = [provider.key("current", &case.key).expect("a key")];
    let tolerance = Tolerance::Within(Duration::from_secs(TOLERANCE));
    let policy = Policy { tolerance, ..Policy::default() };
    match provider.verify(&case.signed.as_raw(), &keys, &policy, Timestamp::from_seconds(now())) {
        Papers::Items(items) => items.iter().all(|item| matches!(item, Item::Verified(_))),
        Papers::Unreadable(_) => false,
    }
}

/// What the other says of it.
fn theirs(packages: &mut Packages, scheme: &Scheme, case: &Case) -> Value {
    packages.ask(&json!({
        "ask": "judge", "platform": scheme.platform, "key": case.key, "tolerance": TOLERANCE,
        "headers": headers(&case.signed), "bytes": BASE64.encode(&case.signed.body),
    }))
}
