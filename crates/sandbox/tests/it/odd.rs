//! Requests that nobody would write: answered with a refusal of the provider's, never with an error of the sandbox's.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::stage::{COMPANY, KEY, Stage};

/// Fields that the API knows, and one that it does not.
const FIELDS: [&str; 14] = [
    "type",
    "url",
    "active",
    "communicationFormat",
    "username",
    "filterMerchantAccountType",
    "filterMerchantAccounts",
    "additionalSettings",
    "properties",
    "includeEventCodes",
    "types",
    "notification",
    "merchantIds",
    "unheardOf",
];
/// Texts that mean something somewhere.
const WORDS: [&str; 10] = [
    "standard",
    "http://127.0.0.1:9/",
    "json",
    "soap",
    "allAccounts",
    "AUTHORISATION",
    "CUSTOM",
    "SandboxMerchant",
    "",
    "\u{0}é😀",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(&WORDS[..]).prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| prop_oneof![vec(inner.clone(), 0..4).prop_map(Value::from), object(inner)])
}

fn object(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    btree_map(select(&FIELDS[..]).prop_map(str::to_owned), inner, 0..6)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// An answer is a success or a refusal with the provider's body.
fn is_fit(stage: &Stage, method: &str, path: &str, body: &[u8]) -> Result<(), TestCaseError> {
    let answer = stage.ask(method, path, &[("x-api-key", KEY)], body);
    let fit = match answer.status {
        200 => true,
        400 => answer.json()["errorCode"] == "00_400",
        422 => answer.json()["invalidFields"].as_array().is_some_and(|fields| !fields.is_empty()),
        _ => false,
    };
    prop_assert!(fit, "{method} {path}: {} {}", answer.status, answer.text());
    Ok(())
}

#[test]
fn whatever_is_asked_is_answered_as_the_provider_would() {
    let stage = Stage::start();
    let path = stage.webhook(COMPANY, "http://127.0.0.1:9/");
    let bodies = (prop_oneof![object(value()).boxed(), value().boxed()], vec(any::<u8>(), 0..40));
    let settings = proptest::test_runner::Config { cases: 256, failure_persistence: None, ..Default::default() };
    let outcome = proptest::test_runner::TestRunner::new(settings).run(&bodies, |(body, bytes)| {
        let mut nearly = json!({
            "type": "standard", "url": "http://127.0.0.1:9/", "active": true, "communicationFormat": "json",
            "filterMerchantAccountType": "allAccounts",
        });
        if let Some(members) = body.as_object() {
            nearly.as_object_mut().expect("an object").extend(members.clone());
        }
        for body in [nearly.to_string().into_bytes(), body.to_string().into_bytes(), bytes] {
            is_fit(&stage, "POST", COMPANY, &body)?;
            is_fit(&stage, "PATCH", &path, &body)?;
            is_fit(&stage, "POST", &format!("{path}/test"), &body)?;
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn what_is_no_http_at_all_is_told_who_speaks_too() {
    let stage = Stage::start();
    let long = format!("GET / HTTP/1.1\r\nhost: x\r\nlong: {}\r\n\r\n", "x".repeat(40_000));
    for (said, status) in [("not even HTTP\r\n\r\n", "400"), (&*long, "431")] {
        let mut stream = TcpStream::connect(stage.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time");
        stream.write_all(said.as_bytes()).expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer, and the end");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains("sandbox: "), "{answer}");
    }
}

#[test]
fn a_path_that_is_no_text_is_a_path_where_nothing_is() {
    let stage = Stage::start();
    for path in
        ["/adyen/checkout/v71/payments/%ff/captures", "/adyen/checkout/v71/sessions/a%c3", "/adyen/management/v3/%fe"]
    {
        let method = if path.contains("captures") { "POST" } else { "GET" };
        let answer = stage.ask(method, path, &[("x-api-key", KEY)], b"{}");
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.json()["errorCode"].is_string(), "{path}");
    }
}

#[test]
fn a_path_that_an_api_does_not_have_is_told_in_that_apis_words_also_its_own_address_with_and_without_a_slash() {
    let stage = Stage::start();
    let apis = [
        ("/adyen/checkout/v71", "/errorType"),
        ("/adyen/management/v3", "/title"),
        ("/banked/v2", "/errors/0/message"),
        ("/sandbox/v1", "/error/message"),
    ];
    for (api, said_at) in apis {
        for path in ["", "/", "/nothing", "/nothing/"] {
            for method in ["GET", "POST"] {
                let answer = stage.ask(method, &format!("{api}{path}"), &[("x-api-key", KEY)], b"{}");
                assert!(
                    answer.json().pointer(said_at).is_some_and(Value::is_string),
                    "{method} {api}{path}: {answer:?}"
                );
            }
        }
    }
}
