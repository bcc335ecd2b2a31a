//! Keys, accounts, mistakes, and the same request again.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::stage::{ACCOUNT, API, QUICK, Stage};
use crate::adyen::checkout::payment::Payment;

const KEY: (&str, &str) = ("x-api-key", "sandbox_adyen_api_key");
const JSON: (&str, &str) = ("content-type", "application/json");

fn session() -> Value {
    json!({ "merchantAccount": ACCOUNT, "reference": "order-1", "amount": { "currency": "EUR", "value": 1_000 },
        "returnUrl": "https://shop.example.com/back", "countryCode": "NL", "somethingNew": { "nobody": ["knows"] } })
}

/// The session with this field as `value`; taken away when it is null.
fn without(field: &str, value: Value) -> Value {
    let mut body = session();
    body[field] = value;
    body
}

#[test]
fn each_mistake_has_the_providers_own_body() {
    let stage = Stage::start(QUICK);
    let refused = |body: &Value, status: u16, code: &str, message: &str, kind: &str| {
        let answer = stage.post("/sessions", body, status);
        let expected = json!({ "status": status, "errorCode": code, "message": message, "errorType": kind });
        assert_eq!(answer, expected);
    };
    let validation = "validation";
    refused(&without("merchantAccount", json!("Foreign")), 403, "901", "Invalid Merchant Account", "security");
    refused(&without("merchantAccount", Value::Null), 403, "901", "Invalid Merchant Account", "security");
    refused(&without("amount", Value::Null), 422, "702", "Required field 'amount' is null", validation);
    refused(&without("reference", Value::Null), 422, "130", "Required field 'reference' is not provided.", validation);
    refused(&without("returnUrl", Value::Null), 422, "14_030", "Return URL is missing.", validation);
    refused(
        &without("returnUrl", json!("javascript:alert(1)")),
        422,
        "702",
        "Invalid value for field 'returnUrl'",
        validation,
    );
    for amount in [
        json!({ "currency": "EUR" }),
        json!({ "currency": "eur", "value": 1 }),
        json!({ "currency": "EUR", "value": -1 }),
        json!({ "currency": "EUR", "value": i64::MAX }),
        json!({ "currency": "EUR", "value": "1000" }),
    ] {
        refused(&without("amount", amount), 422, "137", "Invalid amount specified", validation);
    }
    let unheard_of = without("amount", json!({ "currency": "XYZ", "value": 1_000 }));
    refused(&unheard_of, 422, "138", "Unsupported currency specified", validation);
}

#[test]
fn a_request_without_the_api_key_is_refused_before_it_is_read() {
    let stage = Stage::start(QUICK);
    for headers in [&[JSON][..], &[JSON, ("x-api-key", "another")]] {
        let answer = stage.ask("POST", &format!("{API}/sessions"), headers, b"not even JSON");
        assert_eq!((answer.status, &answer.json()["errorCode"]), (401, &json!("000")));
        assert_eq!(answer.json()["message"], "HTTP Status Response - Unauthorized");
        assert_eq!(answer.header("server"), Some("payhook-sandbox"));
    }
}

#[test]
fn what_is_no_json_object_is_refused_and_so_is_what_is_too_large() {
    let stage = Stage::start(QUICK);
    let deep = "[".repeat(100_000);
    for body in ["", "{", "[]", "null", "\"text\"", &deep] {
        let answer = stage.ask("POST", &format!("{API}/payments"), &[KEY, JSON], body.as_bytes());
        assert_eq!((answer.status, &answer.json()["errorCode"]), (400, &json!("702")), "{}", answer.text());
    }
    let huge = format!("{{\"reference\":\"{}\"}}", "x".repeat(1 << 20));
    let answer = stage.ask("POST", &format!("{API}/payments"), &[KEY, JSON], huge.as_bytes());
    assert_eq!((answer.status, &answer.json()["errorType"]), (413, &json!("validation")));
}

#[test]
fn the_same_key_gets_the_same_answer_and_does_nothing_again() {
    let stage = Stage::start(QUICK);
    let ask = |key: &str, body: &Value| {
        let headers = [KEY, JSON, ("idempotency-key", key)];
        stage.ask("POST", &format!("{API}/sessions"), &headers, body.to_string().as_bytes())
    };
    let (first, again) = (ask("k-1", &session()), ask("k-1", &session()));
    assert_eq!((first.status, &first.body), (201, &again.body));
    assert_eq!((first.header("idempotency-key"), again.header("idempotency-key")), (Some("k-1"), Some("k-1")));
    assert_ne!(ask("k-2", &session()).json()["id"], first.json()["id"]);

    let misused = ask("k-1", &without("reference", json!("order-2")));
    assert_eq!((misused.status, &misused.json()["errorCode"]), (422, &json!("704")));
    let too_long = ask(&"k".repeat(65), &session());
    assert_eq!(too_long.status, 422);
}

#[test]
fn the_same_key_many_times_at_once_is_one_payment_and_one_answer() {
    let stage = Stage::start(QUICK);
    let mut body = session();
    body["paymentMethod"] = json!({ "type": "scheme", "number": "4111111145551142", "expiryMonth": "03",
        "expiryYear": "2030", "cvc": "737", "holderName": "J. Smith" });
    let (body, headers) = (body.to_string(), [KEY, JSON, ("idempotency-key", "k-1")]);
    let pay = || stage.ask("POST", &format!("{API}/payments"), &headers, body.as_bytes());
    let answers: Vec<_> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..8).map(|_| scope.spawn(pay)).collect();
        asking.into_iter().map(|one| one.join().expect("an answer")).collect()
    });
    assert!(answers.iter().all(|one| one.status == 200 && one.body == answers[0].body), "{}", answers[0].text());
    stage.hears_of("AUTHORISATION");
    let made = stage.world.act(|act| Payment::of_reference(act, ACCOUNT, "order-1")).expect("read");
    assert_eq!(made.len(), 1);
}

#[test]
fn a_refused_request_leaves_its_key_free() {
    let stage = Stage::start(QUICK);
    let headers = [KEY, JSON, ("idempotency-key", "k-1")];
    let ask = |body: Value| stage.ask("POST", &format!("{API}/sessions"), &headers, body.to_string().as_bytes()).status;
    assert_eq!(ask(without("amount", Value::Null)), 422);
    assert_eq!(ask(session()), 201);
}

#[test]
fn a_path_or_a_method_that_the_api_does_not_have_is_said_in_its_own_form() {
    let stage = Stage::start(QUICK);
    for (method, path, status) in [
        ("POST", "/donations", 404),
        ("GET", "/paymentLinks/PL00", 404),
        ("DELETE", "/sessions", 405),
        ("GET", "/payments/ABCDEFGHIJKLMNOP/captures", 405),
    ] {
        let answer = stage.ask(method, &format!("{API}{path}"), &[KEY, JSON], b"{}");
        let body = answer.json();
        assert_eq!((answer.status, &body["status"]), (status, &json!(status)), "{method} {path}");
        assert_eq!((&body["errorCode"], &body["errorType"]), (&json!("702"), &json!("validation")));
        assert!(body["message"].is_string(), "{body}");
    }
}

#[test]
fn a_modification_of_what_nobody_knows_needs_the_original() {
    let stage = Stage::start(QUICK);
    let body = json!({ "merchantAccount": ACCOUNT, "amount": { "currency": "EUR", "value": 1 } });
    let answer = stage.post("/payments/ABCDEFGHIJKLMNOP/captures", &body, 422);
    assert_eq!(answer["errorCode"], "167");
    assert_eq!(answer["message"], "Original pspReference required for this operation");
}

/// Any JSON, small, with the API's own names here and there so that it comes further than the first check.
fn anything() -> impl Strategy<Value = Value> {
    let names = [
        "merchantAccount",
        "amount",
        "value",
        "currency",
        "reference",
        "paymentMethod",
        "type",
        "returnUrl",
        "number",
        "order",
        "details",
        "redirectResult",
        "paymentReference",
        "additionalData",
        "metadata",
        "expiresAt",
        "encryptedCardNumber",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!(ACCOUNT)),
        Just(json!("EUR")),
        Just(json!("scheme")),
        Just(json!("ideal")),
        Just(json!("https://shop.example.com")),
        Just(json!("test_4111111145551142")),
        ".{0,24}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        let name = prop_oneof![proptest::sample::select(names.to_vec()).prop_map(str::to_owned), ".{0,8}"];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name, inner, 0..8).prop_map(|object| json!(object)),
        ]
    })
}

#[test]
fn no_body_whatever_it_says_is_answered_by_a_panic() {
    let stage = Stage::start(QUICK);
    let psp = stage.paid("order-1");
    let by_payment =
        ["captures", "cancels", "refunds", "reversals", "amountUpdates"].map(|what| format!("/payments/{psp}/{what}"));
    let others = [
        "/sessions",
        "/payments",
        "/paymentMethods",
        "/payments/details",
        "/cancels",
        "/paymentLinks",
        "/orders",
        "/orders/cancel",
    ];
    let paths: Vec<String> = others.map(str::to_owned).into_iter().chain(by_payment).collect();
    let case = (proptest::sample::select(paths), anything(), any::<bool>());
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&case, |(path, mut body, named)| {
        if named && body.is_object() {
            body["merchantAccount"] = json!(ACCOUNT);
        }
        let answer = stage.ask("POST", &format!("{API}{path}"), &[KEY, JSON], body.to_string().as_bytes());
        let answered: Value =
            serde_json::from_slice(&answer.body).map_err(|error| TestCaseError::fail(error.to_string()))?;
        // 905 is Adyen's own 500: a payment method that the account does not have.
        let fine = answer.is_success() || answered["errorCode"] == "905" || (400..500).contains(&answer.status);
        prop_assert!(fine && answered.is_object(), "{path} {body}: {} {answered}", answer.status);
        Ok(())
    });
    outcome.expect("an answer in the provider's own form");
}
