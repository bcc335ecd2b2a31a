//! Declared schemes: the mistakes of every one of them, made with a few.

use aws_lc_rs::hmac;
use data_encoding::{BASE64, HEXLOWER};
use http::HeaderMap;
use payhook_provider::Policy;
use payhook_provider::doctor::{Cause, suspects};

use super::{KEY, OTHER, Patient, asked, of_other_source, retired};
use crate::requests::{NOW, provider};

const BODY: &str = r#"{"type":"charge.succeeded","id":"evt_1","url":"https://x"}"#;
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn seconds() -> i64 {
    NOW.as_seconds()
}

fn mac(algorithm: hmac::Algorithm, key: &[u8], message: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(algorithm, key), message.as_bytes()).as_ref().to_vec()
}

fn stripe_over(message: &str) -> String {
    let tag = mac(hmac::HMAC_SHA256, KEY.as_bytes(), message);
    format!("t={},v1={}", seconds(), HEXLOWER.encode(&tag))
}

fn stripe(header: &str, body: &str) -> Patient {
    Patient::new("stripe", HeaderMap::new(), body).with_header("stripe-signature", header)
}

fn right() -> String {
    format!("{}.{BODY}", seconds())
}

#[test]
fn what_is_signed_as_the_scheme_says_is_well_and_shows_what_was_signed() {
    let patient = stripe(&stripe_over(&right()), BODY);
    patient.is_well();
    assert_eq!(patient.diagnosis().signed.as_deref(), Some(right().as_bytes()));
}

#[test]
fn a_body_that_was_changed_on_the_way_is_told() {
    for (body, words) in [
        (BODY.replace("\":", "\": "), "no white space between tokens"),
        (format!("{BODY}\n"), "no line feed at the end"),
        (BODY.replace('/', "\\/"), "`/`"),
    ] {
        stripe(&stripe_over(&right()), &body).suffers_from(Cause::BodyChanged, words);
    }
}

#[test]
fn what_else_was_signed_is_named() {
    stripe(&stripe_over(BODY), BODY).suffers_from(Cause::FieldChanged, "the body alone was signed");
    let colon = format!("{}:{BODY}", seconds());
    stripe(&stripe_over(&colon), BODY).suffers_from(Cause::FieldChanged, "the time, `:` and the body");
}

#[test]
fn a_key_that_was_misread_is_recognised_with_the_digest_of_its_scheme() {
    let bytes = BASE64.decode(SECRET.trim_start_matches("whsec_").as_bytes()).expect("base64");
    let header = format!("t={},v1={}", seconds(), HEXLOWER.encode(&mac(hmac::HMAC_SHA256, &bytes, &right())));
    let patient = stripe(&header, BODY).with_suspects(asked("stripe", SECRET));
    patient.suffers_from(Cause::KeyMisread, "in base64");
    let bytes = HEXLOWER.decode(KEY.to_lowercase().as_bytes()).expect("hex");
    let tag = HEXLOWER.encode(&mac(hmac::HMAC_SHA512, &bytes, BODY));
    let patient = Patient::new("paystack", HeaderMap::new(), BODY).with_header("x-paystack-signature", &tag);
    patient.suffers_from(Cause::KeyMisread, "in hexadecimal");
}

#[test]
fn keys_of_others_and_of_old_are_told() {
    let patient = || stripe(&stripe_over(&right()), BODY);
    patient().with_suspects(vec![retired("stripe", KEY)]).suffers_from(Cause::KeyRetired, "is retired");
    patient()
        .with_suspects(vec![of_other_source("stripe", KEY, None)])
        .suffers_from(Cause::KeyOfOtherSource, "adyen-live");
    patient().with_suspects(asked("stripe", OTHER)).suffers_from(Cause::Unexplained, "no key given");
}

#[test]
fn a_signature_written_otherwise_is_told() {
    let tag = mac(hmac::HMAC_SHA256, KEY.as_bytes(), &right());
    let header = format!("t={},v1={}", seconds(), BASE64.encode(&tag));
    stripe(&header, BODY).suffers_from(Cause::SignatureEncoding, "in base64");
    stripe(&format!("t={},v1=nonsense", seconds()), BODY).suffers_from(Cause::SignatureEncoding, "no signature in");
}

#[test]
fn a_signature_as_long_as_another_algorithm_makes_it_names_that() {
    let tag = HEXLOWER.encode(&mac(hmac::HMAC_SHA512, KEY.as_bytes(), &right()));
    let patient = stripe(&format!("t={},v1={tag}", seconds()), BODY);
    patient.suffers_from(Cause::SignatureEncoding, "64 bytes, as hmac-sha512 makes it, and not 32");
    let tag = HEXLOWER.encode(&mac(hmac::HMAC_SHA256, KEY.as_bytes(), BODY));
    let patient = Patient::new("paystack", HeaderMap::new(), BODY).with_header("x-paystack-signature", &tag);
    patient.suffers_from(Cause::SignatureEncoding, "32 bytes, as hmac-sha256 makes it, and not 64");
}

#[test]
fn what_an_authentic_request_says_is_shown_word_by_word_and_what_stands_nowhere_too() {
    let body = r#"{"id":"evnt_1","key":"charge.complete","livemode":false,"data":{"id":"chrg_1","amount":1250,"currency":"thb"}}"#;
    let secret = BASE64.encode(KEY.as_bytes());
    let tag = HEXLOWER.encode(&mac(hmac::HMAC_SHA256, KEY.as_bytes(), &format!("{}.{body}", seconds())));
    let patient = Patient::new("omise", HeaderMap::new(), body)
        .with_header("omise-signature", &format!("{}, {tag}", "0".repeat(64)))
        .with_header("omise-signature-timestamp", &seconds().to_string())
        .with_suspects(asked("omise", &secret));
    let reads = patient.diagnosis().reads;
    let reads: Vec<_> = reads.iter().map(|read| (read.word, read.said.as_deref())).collect();
    let expected = [
        ("timestamp", Some(NOW.to_string())),
        ("id", Some("evnt_1".to_owned())),
        ("type", Some("charge.complete".to_owned())),
        ("reference", None),
        ("provider_reference", Some("chrg_1".to_owned())),
        ("payment", Some("chrg_1".to_owned())),
        ("amount", Some("12.50 THB".to_owned())),
        ("occurred_at", None),
        ("live", Some("false".to_owned())),
    ];
    assert_eq!(reads, expected.each_ref().map(|(word, said)| (*word, said.as_deref())));
    assert!(patient.with_suspects(asked("omise", &BASE64.encode(OTHER.as_bytes()))).diagnosis().reads.is_empty());
}

#[test]
fn of_a_batch_the_first_event_is_shown() {
    let body = r#"{"events":[{"id":"EV1","resource_type":"payments","action":"confirmed"},{"id":"EV2"}]}"#;
    let tag = HEXLOWER.encode(&mac(hmac::HMAC_SHA256, KEY.as_bytes(), body));
    let patient = Patient::new("gocardless", HeaderMap::new(), body).with_header("webhook-signature", &tag);
    let reads = patient.diagnosis().reads;
    let said = |word| reads.iter().find(|read| read.word == word).and_then(|read| read.said.as_deref());
    assert_eq!((said("id"), said("type")), (Some("EV1"), Some("payments.confirmed")));
}

#[test]
fn a_stale_time_says_by_how_much_and_whose_the_tolerance_is() {
    let old = seconds() - 3_600;
    let tag = HEXLOWER.encode(&mac(hmac::HMAC_SHA256, KEY.as_bytes(), &format!("{old}.{BODY}")));
    let patient = stripe(&format!("t={old},v1={tag}"), BODY);
    patient.suffers_from(Cause::Stale, "3600 s old; the provider's tolerance is 300 s");
}

#[test]
fn a_time_that_is_none_is_told_though_the_signature_fits() {
    let tag = HEXLOWER.encode(&mac(hmac::HMAC_SHA256, KEY.as_bytes(), &format!("yesterday.{BODY}")));
    let patient = stripe(&format!("t=yesterday,v1={tag}"), BODY);
    patient.suffers_from(Cause::FieldShape, "the signature fits, but its time cannot be read");
}

#[test]
fn a_header_that_is_missing_renamed_or_doubled_is_told() {
    let header = stripe_over(&right());
    let bare = || Patient::new("stripe", HeaderMap::new(), BODY);
    bare().suffers_from(Cause::SignatureMissing, "header:stripe-signature");
    bare().with_header("x-stripe-signature", &header).suffers_from(Cause::HeaderRenamed, "x-stripe-signature");
    bare()
        .with_header("stripe-signature", &header)
        .with_header("stripe-signature", &header)
        .suffers_from(Cause::HeaderTwice, "stripe-signature");
}

#[test]
fn the_signature_of_another_provider_is_named() {
    let patient = Patient::new("stripe", HeaderMap::new(), BODY).with_header("x-paystack-signature", "00");
    let causes: Vec<_> = patient.diagnosis().findings.into_iter().map(|finding| finding.cause).collect();
    assert_eq!(causes, [Cause::OtherScheme, Cause::SignatureMissing]);
}

#[test]
fn what_is_signed_and_not_there_is_named() {
    let tag = BASE64.encode(&mac(hmac::HMAC_SHA256, &BASE64.decode(&SECRET.as_bytes()[6..]).expect("base64"), "x"));
    let patient = Patient::new("standard-webhooks", HeaderMap::new(), BODY)
        .with_header("webhook-signature", &format!("v1,{tag}"))
        .with_header("webhook-timestamp", &seconds().to_string())
        .with_suspects(asked("standard-webhooks", SECRET));
    patient.suffers_from(Cause::FieldChanged, "the id is signed, but is not there");
    let square = Patient::new("square", HeaderMap::new(), BODY).with_header("x-square-hmacsha256-signature", &tag);
    square.suffers_from(Cause::FieldChanged, "the source's `url` is signed");
}

#[test]
fn the_url_that_is_signed_is_the_configured_one() {
    let url = "https://hooks.example.com/in/square";
    let policy = Policy { url: Some(url.to_owned()), ..Policy::default() };
    let tag = BASE64.encode(&mac(hmac::HMAC_SHA256, KEY.as_bytes(), &format!("{url}{BODY}")));
    let patient = Patient::new("square", HeaderMap::new(), BODY).with_header("x-square-hmacsha256-signature", &tag);
    Patient { policy, ..patient }.is_well();
}

#[test]
fn a_secret_that_is_part_of_what_is_signed_is_masked() {
    let patient = Patient::new("ppro", HeaderMap::new(), BODY).with_header("webhook-signature", &"0".repeat(64));
    let diagnosis = patient.diagnosis();
    assert_eq!(diagnosis.signed.as_deref(), Some(format!("{BODY}.********").as_bytes()));
    assert!(!diagnosis.is_authentic());
}

#[test]
fn a_wrong_token_and_a_wrong_password_say_so_without_showing_either() {
    let token = Patient::new("xendit", HeaderMap::new(), BODY).with_header("x-callback-token", OTHER);
    token.suffers_from(Cause::Unexplained, "no key given");
    let password = Patient::new("chargebee", HeaderMap::new(), BODY)
        .with_header("authorization", &format!("Basic {}", BASE64.encode(format!("user:{OTHER}").as_bytes())))
        .with_suspects(asked("chargebee", &format!("user:{KEY}")));
    password.suffers_from(Cause::Unexplained, "no key given");
    Patient::new("chargebee", HeaderMap::new(), BODY).suffers_from(Cause::SignatureMissing, "user and password");
}

#[test]
fn a_text_that_is_no_key_of_the_scheme_is_said_to_be_none() {
    for (name, text, problem) in [
        ("standard-webhooks", "whsec_", "stands for 0 bytes"),
        ("standard-webhooks", "whsec_***", "is not base64 behind `whsec_`"),
        ("standard-webhooks-v1a", "whpk_AAAA", "is not a key of this kind"),
        ("wise", "MIIB", "is not PEM"),
        ("chargebee", "password", "has no colon"),
        ("stripe", " whsec_x", "is surrounded by whitespace"),
        ("stripe", "", "is empty"),
    ] {
        let (_, mistake) = suspects(provider(name), "key-1", text);
        let problem_found = mistake.expect("no key").problem;
        assert!(problem_found.starts_with(problem), "{name}: {problem_found}");
    }
}
