//! Banked: published payloads and documented signatures restated, and what must not pass.

use std::time::Duration;

use payhook_domain::event::Event;
use payhook_domain::identity::Environment;
use payhook_domain::kind::Kind;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified::{self, *};
use payhook_provider::{Papers, Parsed, Policy, Tolerance, Unsigned};

use crate::requests::{self, Posted, key, provider, refusal};

/// The signature key of the official SDK's test: text, though it looks like hex.
const KEY: &str = "f063a7029d6b959d8cc11e23148a302929da113a6b0671238ab9d1bcfb63645a";
/// The documentation's `payment_initiated`, and its signature by the documented rule.
const INITIATED: &str = r#"{"amount":1,"created_at":"2019-10-31 16:45:34 UTC","currency":"GBP","end_to_end_id":null,"error_url":"https://example.com/error","id":"a6941fd1-f5cb-4948-814d-df03540149fb","line_items":[{"amount":1,"currency":"GBP","description":null,"name":"Candle","quantity":1}],"live":true,"payee":{"account_number":"12345678","name":"Gerard Wiley","sort_code":"123456"},"reference":"Illuminate","state":"initiated","sent_at":null,"success_url":"https://example.com/success","url":"https://checkout.banked.com/a6941fd1-f5cb-4948-814d-df03540149fb","email_receipt":true,"webhook_event":"payment_initiated","webhook_type":"payment_session"}"#;
const SIGNATURE: &str = "1572540334.78ae5724f363c285e0e7f3eb243dbbe65e79591c5f6cee207e2058380fe7fa7f";
const SIGNED_AT: Timestamp = Timestamp::from_seconds(1_572_540_334);

fn post(body: &str, signature: &str) -> Posted {
    Posted::json(body).with("banked-signature", signature)
}

fn event(body: &str) -> Event {
    let unsigned = Unsigned { target: "/".into(), headers: Posted::json("").headers, body: body.to_owned().into() };
    let signed = requests::signed("banked", unsigned, &key("banked", KEY));
    requests::event("banked", &Posted::new(signed.headers, signed.body), &[key("banked", KEY)])
}

fn verdict_at(now: Timestamp, tolerance: Option<Duration>) -> Option<Unverified> {
    let request = post(INITIATED, SIGNATURE);
    let tolerance = tolerance.map_or(Tolerance::Usual, Tolerance::Within);
    let policy = Policy { tolerance, ..Policy::default() };
    let papers = provider("banked").verify(&request.raw(), &[key("banked", KEY)], &policy, now);
    let Papers::Items(mut items) = papers else { panic!("one item") };
    items.remove(0).as_it_stands().err().map(|refused| refused.reason)
}

#[test]
fn the_documented_payment_is_accepted_and_read() {
    let event = requests::event("banked", &post(INITIATED, SIGNATURE), &[key("banked", KEY)]);
    assert_eq!((event.kind, event.code.as_str()), (Kind::PaymentInitiated, "payment_initiated"));
    assert_eq!(event.amount.expect("an amount").to_string(), "0.01 GBP");
    assert_eq!(event.payment.as_deref(), Some("a6941fd1-f5cb-4948-814d-df03540149fb"));
    assert_eq!((event.reference.as_deref(), event.live, event.success), (Some("Illuminate"), Some(true), None));
    let at = event.occurred_at.expect("a date");
    assert_eq!((at.text.as_str(), at.instant), ("2019-10-31T16:45:34Z", Some(SIGNED_AT)));
}

#[test]
fn the_body_the_time_and_the_key_count() {
    let keys = [key("banked", KEY)];
    let tampered = INITIATED.replace(r#"{"amount":1,"#, r#"{"amount":2,"#);
    assert_eq!(refusal("banked", &post(&tampered, SIGNATURE), &keys), Some(SignatureMismatch));
    let later = SIGNATURE.replace("1572540334", "1572540335");
    assert_eq!(refusal("banked", &post(INITIATED, &later), &keys), Some(SignatureMismatch));
    assert_eq!(refusal("banked", &post(INITIATED, SIGNATURE), &[key("banked", "other")]), Some(SignatureMismatch));
    assert_eq!(refusal("banked", &post(INITIATED, SIGNATURE), &[key("banked", "other"), key("banked", KEY)]), None);
    let mut retired = key("banked", KEY);
    retired.retired = true;
    assert_eq!(refusal("banked", &post(INITIATED, SIGNATURE), &[retired]), Some(KeyRetired));
}

#[test]
fn what_is_no_signature_says_so() {
    let keys = [key("banked", KEY)];
    assert_eq!(refusal("banked", &Posted::json(INITIATED), &keys), Some(SignatureMissing));
    for (header, reason) in [
        ("", SignatureMissing),
        ("daksjklsdj", SignatureMalformed),
        ("1572540334.", SignatureMalformed),
        (&SIGNATURE.to_uppercase(), SignatureMalformed),
    ] {
        assert_eq!(refusal("banked", &post(INITIATED, header), &keys), Some(reason), "{header}");
    }
    let twice = post(INITIATED, SIGNATURE).with("banked-signature", SIGNATURE);
    assert_eq!(refusal("banked", &twice, &keys), Some(SignatureMissing));
}

#[test]
fn age_counts_only_where_a_tolerance_is_set_and_then_both_ways() {
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let three_weeks = SIGNED_AT.plus(minutes(21 * 24 * 60));
    assert_eq!(verdict_at(three_weeks, None), None);
    assert_eq!(verdict_at(three_weeks, Some(minutes(5))), Some(Stale));
    for (away, reason) in [(5, None), (6, Some(Stale))] {
        assert_eq!(verdict_at(SIGNED_AT.plus(minutes(away)), Some(minutes(5))), reason);
        assert_eq!(verdict_at(SIGNED_AT.minus(minutes(away)), Some(minutes(5))), reason);
    }
}

#[test]
fn every_event_name_has_its_kind() {
    for (body, kind, payment) in [
        (
            r#"{"id":"s","webhook_event":"payment_pending","webhook_type":"payment_session"}"#,
            Kind::PaymentPending,
            Some("s"),
        ),
        (r#"{"id":"s","webhook_event":"payment_sent","webook_type":"payment_session"}"#, Kind::PaymentSent, Some("s")),
        (r#"{"id":"s","state":"sent","webhook_event":"payment_failed"}"#, Kind::PaymentFailed, Some("s")),
        (r#"{"id":"b","webhook_event":"batch_payment_failed"}"#, Kind::PaymentFailed, Some("b")),
        (r#"{"id":"o","webhook_event":"payout_canceled"}"#, Kind::PayoutCancelled, None),
        (r#"{"id":"m","mode":"live","webhook_event":"mandate_suspended"}"#, Kind::MandateSuspended, None),
        (r#"{"id":"r","webhook_event":"refund_sent","payment_session_id":"s"}"#, Kind::RefundSucceeded, Some("s")),
        (r#"{"id":"e","type":"payment_canceled","version":"v3","data":{"id":"p"}}"#, Kind::PaymentCancelled, Some("p")),
        (r#"{"id":"e","type":"active","version":"v3","data":{"id":"m"}}"#, Kind::MandateActive, None),
        (
            r#"{"id":"e","type":"refund_failed","version":"v3","data":{"id":"r","original_payin_information":{"id":"p"}}}"#,
            Kind::RefundFailed,
            Some("p"),
        ),
        (r#"{"id":"x","webhook_event":"something_new"}"#, Kind::Other, None),
        (r#"{"id":"s","state":"failed"}"#, Kind::PaymentFailed, Some("s")),
    ] {
        let event = event(body);
        assert_eq!((event.kind, event.payment.as_deref()), (kind, payment), "{body}");
    }
}

#[test]
fn a_refund_in_its_envelope_is_read() {
    let event = event(
        r#"{"id":"3a7e0e66-3b15-496a-8948-458a0a50488e","type":"refund_pending","version":"v3","data_version":1,"data":{"amount":1,"created_at":"2025-05-22T10:26:55.815053234Z","currency":"AUD","id":"eec4e4be-40ce-4c81-a6bc-3e24f1ad0667"}}"#,
    );
    assert_eq!(
        (event.kind, event.amount.expect("an amount").to_string().as_str()),
        (Kind::RefundRequested, "0.01 AUD")
    );
    assert_eq!(event.provider_reference.as_deref(), Some("eec4e4be-40ce-4c81-a6bc-3e24f1ad0667"));
    assert_eq!(event.occurred_at.expect("a date").instant, Some(Timestamp::from_micros(1_747_909_615_815_053)));
}

#[test]
fn an_authentic_body_without_an_event_is_kept_and_not_understood() {
    for body in [r#"{"id":"s","state":"awaiting_payer"}"#, "no json", "[]"] {
        let unsigned = Unsigned { target: "/".into(), headers: Posted::json("").headers, body: body.into() };
        let signed = requests::signed("banked", unsigned, &key("banked", KEY));
        let request = Posted::new(signed.headers, signed.body);
        let verified = requests::items("banked", &request, &[key("banked", KEY)]).remove(0).expect("authentic");
        let parsed = provider("banked").parse(&verified, Environment::Live);
        assert!(matches!(parsed, Parsed::NotUnderstood { .. }), "{body}");
    }
}
