//! Adyen's items and bodies.

use aws_lc_rs::hmac;
use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXLOWER_PERMISSIVE};
use http::{HeaderMap, HeaderValue};
use payhook_domain::identity::Environment;
use payhook_provider::doctor::{Belongs, Cause};
use payhook_provider::sample;
use serde_json::{Value, json};

use super::{KEY, OTHER, Patient, asked, key, of_other_source, retired};
use crate::requests::{self, NOW};

const VALUES: [&str; 8] = ["PSP1", "", "Shop", "a b+c", "1250", "EUR", "AUTHORISATION", "true"];

/// An item with these signed values and this signature.
fn item(values: [&str; 8], signature: &str) -> Value {
    let [psp, original, account, reference, value, currency, code, success] = values;
    let value: i64 = value.parse().expect("minor units");
    json!({
        "pspReference": psp, "originalReference": original, "merchantAccountCode": account,
        "merchantReference": reference, "amount": { "value": value, "currency": currency }, "eventCode": code,
        "success": success, "additionalData": { "hmacSignature": signature },
    })
}

fn notification(values: [&str; 8], signature: &str) -> Patient {
    let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let body =
        json!({ "live": "false", "notificationItems": [{ "NotificationRequestItem": item(values, signature) }] });
    Patient::new("adyen", headers, body.to_string())
}

/// HMAC-SHA256 with these bytes, by another way than the crate's own signing.
fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
}

fn bytes_of(key: &str) -> Vec<u8> {
    HEXLOWER_PERMISSIVE.decode(key.as_bytes()).expect("hex")
}

fn signature(message: &str) -> String {
    BASE64.encode(&mac(&bytes_of(KEY), message.as_bytes()))
}

/// A notification of the usual values whose signature was made over `message`.
fn signed_over(message: &str) -> Patient {
    notification(VALUES, &signature(message))
}

fn right() -> String {
    VALUES.join(":")
}

#[test]
fn what_is_signed_as_adyen_signs_is_well_and_shows_what_was_signed() {
    let patient = signed_over(&right());
    patient.is_well();
    assert_eq!(patient.diagnosis().signed.as_deref(), Some(right().as_bytes()));
    assert_eq!(patient.diagnosis().about, "item 1 of 1: AUTHORISATION PSP1");
}

#[test]
fn a_retired_key_and_another_sources_key_are_named() {
    let patient = || signed_over(&right());
    patient().with_suspects(vec![retired("adyen", KEY)]).suffers_from(Cause::KeyRetired, "key-1");
    let others = |environment| [asked("adyen", OTHER), vec![of_other_source("adyen", KEY, environment)]].concat();
    patient().with_suspects(others(None)).suffers_from(Cause::KeyOfOtherSource, "of the source adyen-live");
    let crossed =
        Patient { environment: Some(Environment::Test), ..patient().with_suspects(others(Some(Environment::Live))) };
    crossed.suffers_from(Cause::OtherEnvironment, "a live notification came to a test source");
}

#[test]
fn a_live_notification_at_a_test_source_is_told_without_its_key() {
    let patient = signed_over(&right()).with_body(|body| body.replace("\"live\":\"false\"", "\"live\":\"true\""));
    let patient = Patient { environment: Some(Environment::Test), ..patient.with_suspects(asked("adyen", OTHER)) };
    patient.suffers_from(Cause::OtherEnvironment, "it says live, but this source is for test");
}

#[test]
fn a_key_that_was_not_decoded_from_hex_is_recognised() {
    let text = BASE64.encode(&mac(KEY.as_bytes(), right().as_bytes()));
    notification(VALUES, &text).suffers_from(Cause::KeyMisread, "the key's text instead of the bytes it stands for");
}

#[test]
fn white_space_around_a_key_is_told() {
    let padded = format!("{KEY}\n");
    let patient = signed_over(&right()).with_suspects(asked("adyen", &padded));
    patient.suffers_from(Cause::KeyMisread, "the key without the white space around it");
}

#[test]
fn a_signature_that_was_written_otherwise_is_read_and_still_refused() {
    let tag = mac(&bytes_of(KEY), right().as_bytes());
    // One with both a plus and a slash in it, so that the two alphabets differ.
    let mut values = VALUES;
    let psp = (0..).map(|n| format!("PSP{n}")).find(|psp| {
        let text = signature(&[&[psp.as_str()][..], &VALUES[1..]].concat().join(":"));
        text.contains('+') && text.contains('/')
    });
    let psp = psp.expect("one of a few");
    values[0] = &psp;
    let text = signature(&values.join(":"));
    notification(VALUES, &HEXLOWER.encode(&tag)).suffers_from(Cause::SignatureEncoding, "hexadecimal");
    for (written, words) in [
        (text.replace('+', " "), "spaces where plus signs"),
        (BASE64URL.encode(&BASE64.decode(text.as_bytes()).expect("base64")), "URL's base64"),
        (text.trim_end_matches('=').to_owned(), "without its padding"),
        (format!(" {text} "), "white space"),
    ] {
        notification(values, &written).suffers_from(Cause::SignatureEncoding, words);
    }
}

#[test]
fn old_escapes_other_orders_and_other_schemes_are_named() {
    let mut values = VALUES;
    values[3] = "a:b\\c";
    let escaped = "PSP1::Shop:a\\:b\\\\c:1250:EUR:AUTHORISATION:true";
    notification(values, &signature(escaped)).suffers_from(Cause::Escaping, "a backslash before each colon");
    let sorted = "EUR:AUTHORISATION:Shop:a b+c::PSP1:true:1250";
    signed_over(sorted).suffers_from(Cause::Escaping, "in the order of their names");
    let names = "currency:eventCode:merchantAccountCode:merchantReference:originalReference:pspReference:success:value";
    signed_over(&format!("{names}:{sorted}")).suffers_from(Cause::OtherScheme, "payment pages");
}

#[test]
fn the_field_that_was_changed_or_left_out_is_named() {
    for (at, signed, words) in [
        (3, "a+b+c", "merchantReference with plus signs where spaces stand"),
        (3, "a b c", "merchantReference with spaces where plus signs stand"),
        (3, "A B+C", "merchantReference in capitals"),
        (2, "", "merchantAccountCode left out"),
        (4, "12.50", "value as a decimal number"),
        (5, "", "currency left out"),
        (7, "True", "success with a capital"),
        (7, "false", "success as its opposite"),
        (1, "PSP1", "originalReference as the pspReference"),
    ] {
        let mut values = VALUES;
        values[at] = signed;
        signed_over(&values.join(":")).suffers_from(Cause::FieldChanged, words);
    }
    let mut values = VALUES;
    values[3] = " a%20b ";
    notification(values, &signature("PSP1::Shop: a b :1250:EUR:AUTHORISATION:true"))
        .suffers_from(Cause::FieldChanged, "percent-decoded");
}

#[test]
fn an_item_without_a_signature_leads_to_the_customer_area() {
    let patient = notification(VALUES, "").diagnosis();
    assert_eq!(patient.findings[0].cause, Cause::SignatureMissing);
    assert!(patient.findings[0].hint.contains("generate an HMAC key"));
}

#[test]
fn each_item_of_a_batch_is_told_apart() {
    let good = item(VALUES, &signature(&right()));
    let bad = item(VALUES, &signature("PSP1::Shop:a b+c:1250:EUR:AUTHORISATION:True"));
    let items: Vec<_> = [good, bad].map(|item| json!({ "NotificationRequestItem": item })).into();
    let body = json!({ "live": "false", "notificationItems": items }).to_string();
    let diagnoses = Patient::new("adyen", HeaderMap::new(), body).diagnoses();
    assert!(diagnoses[0].is_authentic() && diagnoses[0].findings.is_empty());
    assert_eq!(diagnoses[1].findings[0].cause, Cause::FieldChanged);
    assert_eq!(diagnoses[1].about, "item 2 of 2: AUTHORISATION PSP1");
}

#[test]
fn a_form_that_was_turned_into_json_is_recognised() {
    let value = sample::compose("adyen", "authorised", 7, NOW).expect("a sample");
    let form = sample::unsigned_form(&value).expect("a form");
    let signed = requests::signed("adyen", form, &key("adyen", KEY));
    Patient::new("adyen", signed.headers.clone(), signed.body.to_vec()).is_well();
    let text = std::str::from_utf8(&signed.body).expect("text").to_owned();
    let decoded =
        |text: &str| percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let members: serde_json::Map<String, Value> = text
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decoded(name), Value::String(decoded(value))))
        .collect();
    let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let patient = Patient::new("adyen", headers, Value::Object(members).to_string());
    patient.suffers_from(Cause::BodyChanged, "was a form and was turned into JSON");
}

#[test]
fn an_envelope_is_explained_item_by_item() {
    let value = sample::compose("adyen", "authorised", 7, NOW).expect("a sample");
    let soap = sample::unsigned_soap(&value).expect("a standard webhook");
    let signed = requests::signed("adyen", soap, &key("adyen", KEY));
    let patient = || Patient::new("adyen", signed.headers.clone(), signed.body.to_vec());
    patient().is_well();
    let diagnosis = patient().with_body(|body| body.replace("<success>true", "<success>false")).diagnoses().remove(0);
    assert_eq!(diagnosis.findings[0].cause, Cause::FieldChanged);
    assert!(diagnosis.about.starts_with("item 1 of 1: AUTHORISATION"), "{}", diagnosis.about);
}

/// A token notification, signed by its header over `original`, that arrived as `arrived`.
fn token(original: &str, arrived: &str) -> Patient {
    let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    Patient::new("adyen", headers, arrived).with_header("hmacsignature", &signature(original))
}

const TOKEN: &str = r#"{"type":"recurring.token.created","eventId":"E1","environment":"test","data":{"merchantAccount":"Shop","url":"https:\/\/a.example\/é"}}"#;

#[test]
fn a_body_signed_by_its_header_is_well_as_it_is_and_told_when_it_was_rewritten() {
    token(TOKEN, TOKEN).is_well();
    for (arrived, words) in [
        (format!("{TOKEN}\n"), "no line feed at the end"),
        (TOKEN.replace("\\/", "/"), "`\\/` where `/` stands"),
        (TOKEN.replace('é', "\\u00e9"), "letters where \\uXXXX stands"),
        (TOKEN.replace("\":", "\" : "), "no white space between tokens"),
        (format!("\u{feff}{TOKEN}"), "no byte order mark"),
        (TOKEN.replace("\\/", "/").replace(",\"", ", \""), "no white space between tokens, and `\\/` where `/` stands"),
    ] {
        token(TOKEN, &arrived).suffers_from(Cause::BodyChanged, words);
    }
    let sorted = r#"{"a":1,"type":"x"}"#;
    token(sorted, r#"{"type":"x","a":1}"#).suffers_from(Cause::BodyChanged, "in the order of their names");
}

#[test]
fn a_header_under_another_name_or_none_is_told() {
    let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let bare = || Patient::new("adyen", headers.clone(), TOKEN);
    bare().with_header("x-hmacsignature", &signature(TOKEN)).suffers_from(Cause::HeaderRenamed, "x-hmacsignature");
    bare().suffers_from(Cause::SignatureMissing, "no HmacSignature header");
    let twice = token(TOKEN, TOKEN).with_header("hmacsignature", &signature(TOKEN));
    twice.suffers_from(Cause::HeaderTwice, "hmacsignature");
}

#[test]
fn a_notification_of_another_provider_is_named() {
    let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let patient = Patient::new("adyen", headers, r#"{"id":"evt_1"}"#).with_header("stripe-signature", "t=1,v1=ab");
    let found: Vec<_> = patient.diagnosis().findings.into_iter().map(|finding| finding.cause).collect();
    assert_eq!(found, [Cause::SignatureMissing, Cause::OtherScheme]);
}

#[test]
fn what_nothing_explains_says_what_to_compare() {
    let patient = signed_over(&right()).with_suspects(asked("adyen", OTHER)).diagnosis();
    assert_eq!(patient.findings[0].cause, Cause::Unexplained);
    let check_value = key("adyen", OTHER).check_value.expect("Adyen's keys have one");
    assert!(patient.findings[0].hint.contains(&check_value));
}

#[test]
fn a_key_read_wrongly_accepts_nothing_at_the_door() {
    let misread = asked("adyen", KEY).into_iter().filter(|suspect| matches!(suspect.of, Belongs::Misread(_)));
    let text = BASE64.encode(&mac(KEY.as_bytes(), right().as_bytes()));
    let patient = notification(VALUES, &text).with_suspects(misread.collect());
    assert!(!patient.diagnosis().is_authentic());
}
