//! Who may ask, what is answered to mistakes, and what a key makes of the same request again.

use serde_json::{Value, json};

use super::stage::{Stage, order};

#[test]
fn whoever_has_not_the_keys_is_told_which_to_send() {
    let stage = Stage::new();
    for given in ["", "Bearer x", "Basic ", "Basic cGtfc2FuZGJveDp3cm9uZw==", "Basic pk_sandbox:sk_sandbox"] {
        let answer = stage.send("GET", "/banked/v2/providers", &[("authorization", given)], "");
        assert_eq!((answer.status, &answer.json()["errors"][0]["code"]), (401, &json!("unauthorized")), "{given}");
        assert!(answer.header("www-authenticate").is_some());
    }
}

#[test]
fn every_mistake_in_an_order_is_told_at_once() {
    let stage = Stage::new();
    let bad = json!({
        "reference": "Order #42 is far too long", "success_url": "shop", "line_items": [
            { "name": "Candle", "amount": 0, "currency": "GBP", "quantity": 1 },
            { "name": "Wick", "amount": 1, "currency": "EUR", "quantity": 1.5 },
            7,
        ],
        "payee": { "name": "", "account_number": "1234567x", "sort_code": "1" }, "email_receipt": "yes",
    });
    let answer = stage.post("/payment_sessions", &bad);
    assert_eq!(answer.status, 422);
    let errors = answer.json()["errors"].as_array().cloned().expect("errors");
    let told: Vec<_> =
        errors.iter().filter_map(|error| error["message"].as_str()?.split_once(' ')).map(|(field, _)| field).collect();
    assert_eq!(
        told,
        [
            "reference",
            "success_url",
            "error_url",
            "line_items[0].amount",
            "line_items[1].quantity",
            "line_items[2]",
            "line_items",
            "payee.account_number",
            "payee.name",
            "payee.sort_code",
            "email_receipt"
        ]
    );
    assert_eq!(errors[2], json!({ "code": "missing", "message": "error_url is missing" }));
}

#[test]
fn each_bound_of_an_order_holds_and_what_is_just_within_it_passes() {
    let stage = Stage::new();
    let changed = |change: fn(&mut Value)| {
        let mut order = order();
        change(&mut order);
        stage.post("/payment_sessions", &order).status
    };
    assert_eq!(changed(|order| order["reference"] = json!("Order 000042 of 18")), 201);
    assert_eq!(changed(|order| order["reference"] = json!("Order 000042 of 180")), 422);
    assert_eq!(changed(|order| order["reference"] = json!("Order-42")), 422);
    assert_eq!(changed(|order| order["line_items"] = json!([])), 422);
    assert_eq!(changed(|order| order["line_items"][0]["amount"] = json!(1_000_000_000)), 422);
    assert_eq!(changed(|order| order["line_items"][0]["currency"] = json!("XXX")), 422);
    assert_eq!(changed(|order| order["error_url"] = json!("javascript:alert(1)")), 422);
    assert_eq!(changed(|order| order["payer"] = json!(null)), 201);
    assert_eq!(changed(|order| order["payer"] = json!({ "name": "Ada Byron" })), 201);
}

#[test]
fn what_cannot_be_read_or_is_nowhere_gets_the_error_body() {
    let stage = Stage::new();
    for (method, path, body, status) in [
        ("POST", "/payment_sessions", "{", 400),
        ("POST", "/payment_sessions", "[]", 400),
        ("GET", "/payment_sessions/unknown", "", 404),
        ("GET", "/nowhere", "", 404),
        ("GET", "/payment_sessions/%ff", "", 404),
        ("PUT", "/webhooks", "{}", 405),
    ] {
        let answer = stage.ask(method, path, &[], body);
        assert_eq!(answer.status, status, "{method} {path}");
        assert!(answer.json()["errors"][0]["message"].is_string(), "{method} {path}");
    }
    let large = stage.ask("POST", "/payment_sessions", &[], &" ".repeat((1 << 20) + 1));
    assert_eq!((large.status, &large.json()["errors"][0]["code"]), (413, &json!("too_large")));
}

#[test]
fn the_same_key_and_body_get_the_same_answer_and_another_body_a_conflict() {
    let stage = Stage::new();
    let key = [("idempotency-key", "0b5e0a2c-3c3c-4d0a-9d5e-2f8f0a2b7c11")];
    let first = stage.ask("POST", "/payment_sessions", &key, &order().to_string());
    let again = stage.ask("POST", "/payment_sessions", &key, &order().to_string());
    assert_eq!((first.status, first.json()), (201, again.json()));
    assert_eq!(again.status, 201);
    let mut other = order();
    other["reference"] = json!("Order 000043");
    let conflict = stage.ask("POST", "/payment_sessions", &key, &other.to_string());
    assert_eq!((conflict.status, &conflict.json()["errors"][0]["code"]), (409, &json!("conflict")));
    assert_eq!(stage.get("/payment_sessions").as_array().map(Vec::len), Some(1));
}

#[test]
fn a_refund_repeated_under_its_key_gives_back_once() {
    let stage = Stage::with_webhook();
    let session = stage.sent();
    let wish = json!({ "payment_session_id": session["id"], "amount": 2_500, "reference": "Sorry",
        "success_url": "https://a.example", "error_url": "https://a.example" });
    let key = [("idempotency-key", "refund-1")];
    let first = stage.ask("POST", "/refunds", &key, &wish.to_string());
    let again = stage.ask("POST", "/refunds", &key, &wish.to_string());
    assert_eq!((first.status, first.json()), (again.status, again.json()));
    assert_eq!(
        stage.post("/refunds", &wish).status,
        422,
        "without the key it is another refund, and there is nothing left"
    );
}

#[test]
fn what_was_refused_under_a_key_can_be_done_later_under_the_same() {
    let stage = Stage::with_webhook();
    let session = stage.session();
    let wish = json!({ "payment_session_id": session["id"], "amount": 2_500, "reference": "Sorry",
        "success_url": "https://a.example", "error_url": "https://a.example" });
    let refund = || stage.ask("POST", "/refunds", &[("idempotency-key", "refund-2")], &wish.to_string()).status;
    assert_eq!(refund(), 409);
    stage.pay(&session, "050511", "approve");
    stage.heard(1);
    stage.turn(10);
    stage.heard(3);
    assert_eq!((refund(), refund()), (201, 201));
    assert_eq!(stage.heard(4).len(), 4);
}

#[test]
fn the_mock_banks_are_listed() {
    let stage = Stage::new();
    let banks = stage.get("/providers");
    assert!(banks.as_array().is_some_and(|banks| banks.iter().any(|bank| bank["id"] == "mock-bank")), "{banks}");
}
