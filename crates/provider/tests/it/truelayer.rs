//! TrueLayer: the detached JWS, what it covers, and what its events say.

mod key_set;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_domain::event::Event;
use payhook_domain::fact::{Effect, Subject};
use payhook_domain::identity::Environment;
use payhook_domain::kind::Kind;
use payhook_domain::payment::PartState;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified;
use payhook_provider::doctor::{Belongs, Case, Cause, Suspect};
use payhook_provider::{Item, Key, NeedsKey, Papers, Parsed, Policy, RawRequest, SignedRequest, Tolerance, Unsigned};
use serde_json::{Value, json};

use crate::declared_vectors;
use crate::lifecycle::{folded, line};
use crate::requests::{NOW, provider};

const KID: &str = "45fc75cf-5649-4134-84b3-192c2c78e990";

/// The private key that TrueLayer publishes for tests, in PKCS#8's older sister form, a line each 64 letters.
const PRIVATE: &str = "-----BEGIN EC PRIVATE KEY-----
MIHcAgEBBEIBMJmRfU/nMzOnBnA6zXgdfpF6uWfYvOBCM4lUoxFDSFS6nqO3+X+R
42GJ8OzKzLr9+Iq238CL+2Bxw14f3jqiTtCgBwYFK4EEACOhgYkDgYYABACgu5bi
cWqhS5Hx3sVWxSgjraWJth1CVYa0tK2ep250tj3ZtDStrl5kBuS6esZNH37D2avi
jYS3JvqkLtgHb7bdYwF9XI5BjIpbYpD65F+PasLiQ3XBE2k7I/pMhT/I7BfVuVwA
d2eLQYkLXO9g0JyWHisgFf0+qmU7RSha/k6eIrvo+w==
-----END EC PRIVATE KEY-----";

/// Its public half.
const JWK: &str = r#"{"kty":"EC","crv":"P-521","alg":"ES512","use":"sig","kid":"45fc75cf-5649-4134-84b3-192c2c78e990","x":"AKC7luJxaqFLkfHexVbFKCOtpYm2HUJVhrS0rZ6nbnS2Pdm0NK2uXmQG5Lp6xk0ffsPZq-KNhLcm-qQu2Advtt1j","y":"AX1cjkGMiltikPrkX49qwuJDdcETaTsj-kyFP8jsF9W5XAB3Z4tBiQtc72DQnJYeKyAV_T6qZTtFKFr-Tp4iu-j7"}"#;

const BODY: &str =
    r#"{"type":"payment_executed","event_id":"e1","payment_id":"p1","executed_at":"2026-09-21T14:13:20Z"}"#;

fn key(text: &str) -> Key {
    provider("truelayer").key(KID, text).expect("a key")
}

fn signed(body: &str) -> SignedRequest {
    let unsigned =
        Unsigned { target: "/in/truelayer".to_owned(), headers: HeaderMap::new(), body: body.to_owned().into() };
    provider("truelayer").sign(unsigned, &key(PRIVATE), &Policy::default(), NOW).expect("signed")
}

fn judged(request: &RawRequest<'_>, keys: &[Key], policy: &Policy, now: Timestamp) -> Result<(), Unverified> {
    match provider("truelayer").verify(request, keys, policy, now) {
        Papers::Items(mut items) => items.remove(0).as_it_stands().map(drop).map_err(|refused| refused.reason),
        Papers::Unreadable(refused) => Err(refused.reason),
    }
}

fn plainly(request: &SignedRequest) -> Result<(), Unverified> {
    judged(&request.as_raw(), &[key(PRIVATE)], &Policy::default(), NOW)
}

#[test]
fn what_truelayer_signs_is_let_in_and_nothing_else_is() {
    let request = signed(BODY);
    assert_eq!(plainly(&request), Ok(()));
    let slash = SignedRequest { target: "/in/truelayer/".to_owned(), ..request.clone() };
    assert_eq!(plainly(&slash), Ok(()), "a slash at the end is as good as none");
    let elsewhere = SignedRequest { target: "/in/other".to_owned(), ..request.clone() };
    assert_eq!(plainly(&elsewhere), Err(Unverified::SignatureMismatch));
    let body = SignedRequest { body: BODY.replace("p1", "p2").into(), ..request.clone() };
    assert_eq!(plainly(&body), Err(Unverified::SignatureMismatch));
    let mut time = request.clone();
    time.headers.insert("x-tl-webhook-timestamp", HeaderValue::from_static("2026-09-21T13:33:21Z"));
    assert_eq!(plainly(&time), Err(Unverified::SignatureMismatch));
    time.headers.remove("x-tl-webhook-timestamp");
    assert_eq!(plainly(&time), Err(Unverified::SignatureMalformed));
    let unknown = provider("truelayer").key("another", PRIVATE).expect("a key");
    assert_eq!(judged(&request.as_raw(), &[unknown], &Policy::default(), NOW), Err(Unverified::SignatureMismatch));
    let mut retired = key(PRIVATE);
    retired.retired = true;
    assert_eq!(judged(&request.as_raw(), &[retired], &Policy::default(), NOW), Err(Unverified::KeyRetired));
}

#[test]
fn a_time_that_is_signed_is_held_against_the_sources_tolerance() {
    let request = signed(BODY);
    let policy = Policy { tolerance: Tolerance::Within(std::time::Duration::from_secs(300)), ..Policy::default() };
    let at = |seconds| Timestamp::from_seconds(NOW.as_seconds() + seconds);
    assert_eq!(judged(&request.as_raw(), &[key(PRIVATE)], &policy, at(300)), Ok(()));
    assert_eq!(judged(&request.as_raw(), &[key(PRIVATE)], &policy, at(301)), Err(Unverified::Stale));
    assert_eq!(judged(&request.as_raw(), &[key(PRIVATE)], &Policy::default(), at(9_000)), Ok(()));
}

/// The header of the signature, with one member changed.
fn with_head(change: impl Fn(&mut Value)) -> SignedRequest {
    let mut request = signed(BODY);
    let value = request.headers["tl-signature"].to_str().expect("ASCII").to_owned();
    let (head, signature) = value.split_once("..").expect("detached");
    let mut json: Value =
        serde_json::from_slice(&BASE64URL_NOPAD.decode(head.as_bytes()).expect("base64")).expect("JSON");
    change(&mut json);
    let value = format!("{}..{signature}", BASE64URL_NOPAD.encode(json.to_string().as_bytes()));
    request.headers.insert("tl-signature", value.parse().expect("a value"));
    request
}

#[test]
fn a_signature_is_read_strictly() {
    for (name, change) in [
        ("alg", json!("none")),
        ("alg", json!("ES256")),
        ("tl_version", json!("1")),
        ("jku", json!("https://evil.example.com/.well-known/jwks")),
        ("jku", json!("https://webhooks.truelayer.com.evil.example/.well-known/jwks")),
        ("jku", json!("http://webhooks.truelayer.com/.well-known/jwks")),
        ("kid", Value::Null),
        ("tl_headers", json!("a,".repeat(40))),
    ] {
        let request = with_head(|head| head[name] = change.clone());
        assert_eq!(plainly(&request), Err(Unverified::SignatureMalformed), "{name}: {change}");
    }
    let good = signed(BODY).headers["tl-signature"].to_str().expect("ASCII").to_owned();
    let attached = good.replace("..", &format!(".{}.", BASE64URL_NOPAD.encode(BODY.as_bytes())));
    for text in
        [attached, format!("{good}."), good.replace("..", "."), "an-invalid..signature".to_owned(), "a".repeat(9_000)]
    {
        let mut request = signed(BODY);
        request.headers.insert("tl-signature", text.parse().expect("a value"));
        assert_eq!(plainly(&request), Err(Unverified::SignatureMalformed), "{text}");
    }
}

fn event(body: &Value) -> Event {
    let request = signed(&body.to_string());
    let raw = request.as_raw();
    let Papers::Items(items) = provider("truelayer").verify(&raw, &[key(PRIVATE)], &Policy::default(), NOW) else {
        panic!()
    };
    let Item::Verified(verified) = &items[0] else { panic!("refused") };
    match provider("truelayer").parse(verified, Environment::Live) {
        Parsed::Events(mut events) => events.remove(0),
        Parsed::NotUnderstood { detail, .. } => panic!("{detail}"),
    }
}

#[test]
fn each_known_type_says_its_kind_and_what_it_makes_of_the_payment() {
    let at = "2026-09-21T14:13:20.5Z";
    for (code, kind, fact) in [
        ("payment_authorized", Kind::PaymentPending, Some((Subject::Payment, Effect::Pending))),
        ("payment_executed", Kind::PaymentSent, Some((Subject::Payment, Effect::Sent))),
        ("payment_settled", Kind::PaymentSettled, Some((Subject::Payment, Effect::Settled))),
        ("payment_failed", Kind::PaymentFailed, Some((Subject::Payment, Effect::Failed))),
        ("refund_executed", Kind::RefundSucceeded, Some((Subject::Refund, Effect::Succeeded))),
        ("refund_failed", Kind::RefundFailed, Some((Subject::Refund, Effect::Failed))),
        ("payout_executed", Kind::PayoutSent, None),
        ("payout_failed", Kind::PayoutFailed, None),
        ("mandate_authorized", Kind::MandateActive, None),
        ("mandate_failed", Kind::MandateFailed, None),
        ("mandate_revoked", Kind::MandateCancelled, None),
        ("payment_creditable", Kind::Other, None),
    ] {
        let event = event(&json!({
            "type": code, "event_id": format!("e-{code}"), "event_version": 1, "payment_id": "p1", "refund_id": "r1",
            "executed_at": at, "metadata": { "order_id": "order-17" },
        }));
        assert_eq!((event.kind, event.code.as_str()), (kind, code));
        assert_eq!(event.fact.as_ref().map(|fact| (fact.subject, fact.effect)), fact, "{code}");
        assert_eq!((event.payment.as_deref(), event.reference.as_deref()), (Some("p1"), Some("order-17")), "{code}");
        assert_eq!(event.occurred_at.expect("a date").text, at);
        assert_eq!(event.amount, None, "none is named, so none is made up");
    }
    assert!(provider("truelayer").codes().iter().all(|row| row.kind != Kind::Other));
}

/// TrueLayer's payouts and refunds may go from executed to failed.
#[test]
fn a_refund_that_was_executed_and_failed_later_has_failed_and_contradicts_nothing() {
    let of_refund = |code: &str, field: &str, day: u8| {
        event(&json!({
            "type": code, "event_id": format!("e-{code}"), "payment_id": "p1", "refund_id": "r1",
            field: format!("2026-09-{day}T14:13:20Z"),
        }))
    };
    let settled = event(&json!({
        "type": "payment_settled", "event_id": "e0", "payment_id": "p1", "settled_at": "2026-09-20T14:13:20Z",
    }));
    let (executed, failed) =
        (of_refund("refund_executed", "executed_at", 21), of_refund("refund_failed", "failed_at", 23));
    for told in [[&settled, &executed, &failed], [&failed, &executed, &settled]] {
        let payment = folded(told);
        assert_eq!(line(&payment), "settled 0/0/0/0");
        assert_eq!(payment.refunds.iter().map(|refund| refund.state).collect::<Vec<_>>(), [PartState::Failed]);
    }
}

#[test]
fn the_same_event_id_is_the_same_event() {
    let first = event(&json!({ "type": "payment_settled", "event_id": "e1", "payment_id": "p1" }));
    assert_eq!(
        first.id,
        event(&json!({ "event_id": "e1", "type": "payment_settled", "payment_id": "p1", "more": 1 })).id
    );
    assert_ne!(first.id, event(&json!({ "type": "payment_settled", "event_id": "e2", "payment_id": "p1" })).id);
}

fn causes(request: &RawRequest<'_>, keys: Vec<Key>) -> Vec<Cause> {
    let suspects: Vec<Suspect> = keys.into_iter().map(|key| Suspect { key, of: Belongs::Source }).collect();
    let policy = Policy::default();
    let case = Case { request: *request, suspects: &suspects, policy: &policy, now: NOW, environment: None };
    let diagnosis = provider("truelayer").diagnose(&case).remove(0);
    assert!(!diagnosis.is_authentic());
    diagnosis.findings.into_iter().map(|finding| finding.cause).collect()
}

#[test]
fn the_doctor_names_each_mistake() {
    let good = signed(BODY);
    let spaced = SignedRequest { body: format!("{BODY}\n").into(), ..good.clone() };
    assert_eq!(causes(&spaced.as_raw(), vec![key(PRIVATE)]), [Cause::BodyChanged]);
    let elsewhere = SignedRequest { target: "/elsewhere".to_owned(), ..good.clone() };
    assert_eq!(causes(&elsewhere.as_raw(), vec![key(PRIVATE)]), [Cause::Unexplained]);
    let other = provider("truelayer").key("another", PRIVATE).expect("a key");
    assert_eq!(causes(&good.as_raw(), vec![other]), [Cause::KeyOfOtherSource]);
    let mut renamed = good.clone();
    let value = renamed.headers.remove("tl-signature").expect("there");
    renamed.headers.insert("x-tl-signature", value);
    assert_eq!(causes(&renamed.as_raw(), vec![key(PRIVATE)]), [Cause::HeaderRenamed]);
    let bare = SignedRequest { headers: HeaderMap::new(), ..good.clone() };
    assert_eq!(causes(&bare.as_raw(), vec![key(PRIVATE)]), [Cause::SignatureMissing]);
    let mut stripped = good;
    stripped.headers.remove("x-tl-webhook-timestamp");
    assert_eq!(causes(&stripped.as_raw(), vec![key(PRIVATE)]), [Cause::FieldChanged]);
}

#[test]
fn what_is_no_key_of_this_curve_is_said_to_be_none() {
    for (text, problem) in [
        ("", "is empty"),
        ("whsec_abc", "is neither PEM nor a JWK"),
        ("{}", "is no JWK"),
        (r#"{"kty":"RSA","n":"AQAB"}"#, "is a JWK of another curve"),
        (r#"{"kty":"EC","crv":"P-521","kid":"other","x":"AA","y":"AA"}"#, "is a JWK with another id"),
        (r#"{"kty":"EC","crv":"P-521","x":"AA","y":"AA"}"#, "is a JWK of another curve"),
        ("-----BEGIN PUBLIC KEY-----\nAAEC\n-----END PUBLIC KEY-----", "is no key of the curve P-521"),
    ] {
        let mistake = provider("truelayer").key(KID, text).expect_err(text);
        assert!(mistake.problem.starts_with(problem), "{text}: {}", mistake.problem);
    }
}

#[test]
fn every_published_vector_is_judged_as_its_publisher_says() {
    let Some(folder) = declared_vectors::folder() else { return };
    let document = declared_vectors::read(&folder.join("truelayer/webhook_tl_signature.json"));
    let mut met = [0, 0];
    for vector in document["vectors"].as_array().expect("vectors") {
        let keys = vector["jwks"]["keys"]
            .as_array()
            .expect("a set")
            .iter()
            .filter_map(|jwk| provider("truelayer").key(jwk["kid"].as_str()?, &jwk.to_string()).ok());
        let mut headers = HeaderMap::new();
        for (name, value) in vector["headers"].as_object().expect("headers") {
            let value = HeaderValue::from_str(value.as_str().expect("text")).expect("a value");
            headers.append(name.parse::<HeaderName>().expect("a name"), value);
        }
        let body = BASE64.decode(vector["body_base64"].as_str().expect("text").as_bytes()).expect("base64");
        let request = RawRequest { target: vector["path"].as_str().expect("a path"), headers: &headers, body: &body };
        let keys: Vec<Key> = keys.collect();
        assert!(!keys.is_empty(), "{}", vector["name"]);
        let is_valid = vector["valid"].as_bool().expect("decided");
        assert_eq!(judged(&request, &keys, &Policy::default(), NOW).is_ok(), is_valid, "{}", vector["name"]);
        met[usize::from(!is_valid)] += 1;
    }
    assert_eq!(met, [3, 7]);
}
