//! Banked's header over time and body.

use std::time::Duration;

use aws_lc_rs::hmac;
use data_encoding::{BASE64, HEXLOWER};
use http::{HeaderMap, HeaderValue};
use payhook_provider::Policy;
use payhook_provider::doctor::Cause;

use super::{KEY, OTHER, Patient, asked, retired};
use crate::requests::NOW;

const BODY: &str = r#"{"id":"s1","amount":100,"currency":"GBP","webhook_event":"payment_sent"}"#;

fn mac(key: &[u8], message: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message.as_bytes()).as_ref().to_vec()
}

fn seconds() -> i64 {
    NOW.as_micros() / 1_000_000
}

fn header_over(message: &str) -> String {
    format!("{}.{}", seconds(), HEXLOWER.encode(&mac(KEY.as_bytes(), message)))
}

fn arrived(header: &str, body: &str) -> Patient {
    let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    Patient::new("banked", headers, body).with_header("banked-signature", header)
}

fn right() -> String {
    format!("{}.{BODY}", seconds())
}

#[test]
fn what_is_signed_as_banked_signs_is_well_and_shows_what_was_signed() {
    let patient = arrived(&header_over(&right()), BODY);
    patient.is_well();
    assert_eq!(patient.diagnosis().signed.as_deref(), Some(right().as_bytes()));
}

#[test]
fn a_body_that_was_rewritten_is_told() {
    for (body, words) in [
        (BODY.replace(",\"", ", \""), "no white space between tokens"),
        (format!("{BODY}\r\n"), "no line feed at the end"),
    ] {
        arrived(&header_over(&right()), &body).suffers_from(Cause::BodyChanged, words);
    }
    let pretty = "{\n  \"id\": \"s1\"\n}";
    let header = header_over(&format!("{}.{pretty}", seconds()));
    arrived(&header, r#"{"id":"s1"}"#).suffers_from(Cause::BodyChanged, "an indent of two spaces");
}

#[test]
fn what_else_was_signed_is_named() {
    arrived(&header_over(BODY), BODY).suffers_from(Cause::FieldChanged, "the body alone was signed");
    arrived(&header_over(&format!("{}{BODY}", seconds())), BODY).suffers_from(Cause::FieldChanged, "no dot");
}

#[test]
fn a_key_that_was_decoded_from_hex_is_recognised() {
    let bytes = data_encoding::HEXUPPER.decode(KEY.as_bytes()).expect("hex");
    let header = format!("{}.{}", seconds(), HEXLOWER.encode(&mac(&bytes, &right())));
    arrived(&header, BODY).suffers_from(Cause::KeyMisread, "in hexadecimal");
}

#[test]
fn a_signature_written_otherwise_is_told() {
    let tag = mac(KEY.as_bytes(), &right());
    for (text, words) in [(HEXLOWER.encode(&tag).to_uppercase(), "upper-case"), (BASE64.encode(&tag), "in base64")] {
        arrived(&format!("{}.{text}", seconds()), BODY).suffers_from(Cause::SignatureEncoding, words);
    }
    arrived("nonsense", BODY).suffers_from(Cause::SignatureEncoding, "is not <unix seconds>");
}

#[test]
fn a_stale_time_says_by_how_much() {
    let old = seconds() - 3_600;
    let tag = HEXLOWER.encode(&mac(KEY.as_bytes(), &format!("{old}.{BODY}")));
    let policy = Policy { tolerance: Some(Duration::from_secs(300)), ..Policy::default() };
    let patient = Patient { policy, ..arrived(&format!("{old}.{tag}"), BODY) };
    patient.suffers_from(Cause::Stale, "3600 s away from now; the source's tolerance is 300 s");
}

#[test]
fn retired_renamed_twice_and_missing_are_told() {
    arrived(&header_over(&right()), BODY)
        .with_suspects(vec![retired("banked", KEY)])
        .suffers_from(Cause::KeyRetired, "key-1");
    let bare = || Patient::new("banked", HeaderMap::new(), BODY);
    bare()
        .with_header("x-banked-signature", &header_over(&right()))
        .suffers_from(Cause::HeaderRenamed, "x-banked-signature");
    bare().suffers_from(Cause::SignatureMissing, "no Banked-Signature header");
    let header = header_over(&right());
    arrived(&header, BODY)
        .with_header("banked-signature", &header)
        .suffers_from(Cause::HeaderTwice, "banked-signature");
}

#[test]
fn a_body_that_was_cut_and_what_nothing_explains_are_told_apart() {
    let cut = arrived(&header_over(&right()), &BODY[..40]).with_header("content-length", &BODY.len().to_string());
    let causes: Vec<_> = cut.diagnosis().findings.into_iter().map(|finding| finding.cause).collect();
    assert_eq!(causes, [Cause::BodyChanged, Cause::BodyChanged], "its length, and that it breaks off");
    let strange = arrived(&header_over(&right()), BODY).with_suspects(asked("banked", OTHER));
    strange.suffers_from(Cause::Unexplained, "no key given makes this signature");
}
