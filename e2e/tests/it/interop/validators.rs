//! What is signed here, shown to packages: they accept it, and nothing that was changed or signed with another key.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_domain::time::Timestamp;
use payhook_provider::{Policy, SignedRequest, Unsigned};
use serde_json::{Map, Value, json};

use super::packages::{Language, Packages};
use super::payload::{NewKey, Payloads};
use super::signers::now;

/// A package that verifies, and what it is shown.
struct Validator {
    package: &'static str,
    provider: &'static str,
    key: NewKey,
}

impl Validator {
    const fn new(package: &'static str, provider: &'static str, key: NewKey) -> Self {
        Self { package, provider, key }
    }
}

fn validators(language: Language) -> Vec<Validator> {
    let (text, prefixed, hex): (NewKey, NewKey, NewKey) =
        (Payloads::text_key, Payloads::prefixed_key, Payloads::hex_key);
    let mut validators = vec![
        Validator::new("stripe", "stripe", prefixed),
        Validator::new("standardwebhooks", "standard-webhooks", prefixed),
        Validator::new("svix", "svix", prefixed),
        Validator::new("razorpay", "razorpay", text),
        Validator::new("braintree", "braintree", text),
    ];
    validators.extend(match language {
        Language::Node => vec![
            Validator::new("@octokit/webhooks-methods", "github", text),
            Validator::new("modern-treasury", "modern-treasury", text),
            Validator::new("@adyen/api-library", "adyen", hex),
            Validator::new("gocardless-nodejs", "gocardless", text),
            Validator::new("@paddle/paddle-node-sdk", "paddle", text),
            Validator::new("truelayer-signing", "truelayer", Payloads::private_key),
            Validator::new("mercadopago", "mercadopago", text),
            Validator::new("connect-sdk-nodejs", "worldline-connect", text),
        ],
        Language::Python => {
            vec![Validator::new("Adyen", "adyen", hex), Validator::new("gocardless_pro", "gocardless", text)]
        }
    });
    validators
}

/// Shows every package of a language `rounds` random requests.
pub(super) fn check(language: Language, payloads: &mut Payloads, rounds: usize) {
    let mut packages = Packages::start(language);
    for validator in validators(language) {
        for _ in 0..rounds {
            one_round(&mut packages, payloads, &validator);
        }
    }
}

fn one_round(packages: &mut Packages, payloads: &mut Payloads, validator: &Validator) {
    let (key, another) = ((validator.key)(payloads), (validator.key)(payloads));
    let good = signed_here(payloads, validator.provider, &key, now());
    let mut ask = |key: &str, signed: &SignedRequest| {
        let (headers, body) = (headers(signed), std::str::from_utf8(&signed.body).expect("text"));
        let (package, target) = (validator.package, &signed.target);
        packages.ask(&json!({
            "ask": "verify", "package": package, "key": key, "target": target, "headers": headers, "body": body,
        }))
    };
    let said = ask(&key, &good);
    assert_eq!(said["valid"], true, "{} says {said} of {good:?}", validator.package);
    let said = ask(&another, &good);
    assert_eq!(said["valid"], false, "{} takes another key for {good:?}", validator.package);
    let changed = changed(&good);
    let said = ask(&key, &changed);
    assert_eq!(said["valid"], false, "{} takes the changed {changed:?}", validator.package);
}

/// A random request, signed as its provider would at `at`, in seconds since 1970.
pub(super) fn signed_here(payloads: &mut Payloads, provider: &str, key: &str, at: i64) -> SignedRequest {
    let id = payloads.id();
    let provider = payhook_provider::by_name(provider).expect("a provider");
    let body = match provider.name() {
        "adyen" => {
            let item = json!({ "NotificationRequestItem": payloads.item() });
            json!({ "live": "false", "notificationItems": [item] }).to_string()
        }
        "braintree" => format!(
            "<notification><kind>check</kind><timestamp type=\"datetime\">2026-11-21T11:02:02Z</timestamp>\
             <subject><check type=\"boolean\">true</check><note>{id}</note></subject></notification>"
        ),
        _ => payloads.body(&id),
    };
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    headers.insert(HeaderName::from_static("x-request-id"), HeaderValue::from_str(&id).expect("ASCII"));
    let unsigned = Unsigned { target: format!("/in/source?data.id={id}"), headers, body: body.into() };
    let key = provider.key("public", key).expect("a key");
    provider.sign(unsigned, &key, &Policy::default(), Timestamp::from_seconds(at)).expect("it can be signed here")
}

/// The same with another id wherever it stands, its reference with Adyen, and its payload with Braintree.
fn changed(signed: &SignedRequest) -> SignedRequest {
    let swap =
        |text: &str| text.replacen("evt_", "evT_", 1).replacen("\"pspReference\":\"0", "\"pspReference\":\"1", 1);
    let body = std::str::from_utf8(&signed.body).expect("text");
    let body = match body.split_once("bt_payload=") {
        Some((before, payload)) => format!("{before}bt_payload={}", payload.replacen('P', "Q", 1)),
        None => swap(body),
    };
    SignedRequest { target: swap(&signed.target), headers: signed.headers.clone(), body: Bytes::from(body) }
}

/// Headers as an object of texts.
pub(super) fn headers(signed: &SignedRequest) -> Value {
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.as_str().to_owned(), json!(value.to_str().expect("visible ASCII")))
    };
    Value::Object(signed.headers.iter().map(header).collect::<Map<String, Value>>())
}
