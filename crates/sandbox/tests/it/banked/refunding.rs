//! What was sent goes back.

use payhook_domain::kind::Kind::{RefundFailed, RefundRequested, RefundSucceeded};
use serde_json::{Value, json};

use super::stage::Stage;

fn wish(session: &Value, amount: i64) -> Value {
    json!({
        "payment_session_id": session["id"], "amount": amount, "reference": "Sorry 42",
        "success_url": "https://shop.example.com/refunded", "error_url": "https://shop.example.com/not-refunded",
    })
}

#[test]
fn a_refund_is_pending_and_then_sent_and_names_its_payment() {
    let stage = Stage::with_webhook();
    let session = stage.sent();
    let refund = stage.post("/refunds", &wish(&session, 1_000));
    assert_eq!(refund.status, 201, "{}", refund.text());
    let refund = refund.json();
    assert_eq!((&refund["amount_formatted"], &refund["state"]), (&json!("£10.00"), &json!("awaiting_payment")));
    assert_eq!((&refund["payment_session_id"], &refund["refund_payment_session_id"]), (&session["id"], &Value::Null));
    let pending = stage.heard(4).pop().expect("four");
    stage.turn(10);
    let sent = stage.heard(5).pop().expect("five");
    assert_eq!((pending.kind, sent.kind), (RefundRequested, RefundSucceeded));
    assert_ne!(pending.id, sent.id);
    for event in [pending, sent] {
        assert_eq!(event.amount.expect("an amount").to_string(), "10.00 GBP");
        assert_eq!(event.payment.as_deref(), session["id"].as_str());
        assert_eq!(event.provider_reference.as_deref(), refund["id"].as_str());
    }
    let id = refund["id"].as_str().expect("an id");
    assert_eq!(stage.get(&format!("/refunds/{id}"))["state"], "sent");
}

#[test]
fn no_more_goes_back_than_was_sent_and_what_failed_can_go_back_again() {
    let stage = Stage::with_webhook();
    let session = stage.sent();
    let mut to_a_closed_account = wish(&session, 2_000);
    to_a_closed_account["payee"] = json!({ "name": "Ada Byron", "account_number": "991101", "sort_code": "010203" });
    assert_eq!(stage.post("/refunds", &to_a_closed_account).status, 201);
    let too_much = stage.post("/refunds", &wish(&session, 501));
    assert_eq!(too_much.status, 422);
    assert_eq!(too_much.json()["errors"][0]["message"], "amount is more than the 500 that were not refunded yet");
    assert_eq!(stage.post("/refunds", &wish(&session, 500)).status, 201);
    stage.heard(5);
    stage.turn(10);
    let kinds: Vec<_> = stage.heard(7).into_iter().skip(3).map(|event| event.kind).collect();
    assert!(kinds.contains(&RefundFailed) && kinds.contains(&RefundSucceeded), "{kinds:?}");
    assert_eq!(stage.post("/refunds", &wish(&session, 2_001)).status, 422);
    assert_eq!(stage.post("/refunds", &wish(&session, 2_000)).status, 201);
}

#[test]
fn only_what_was_sent_can_be_refunded() {
    let stage = Stage::with_webhook();
    assert_eq!(stage.post("/refunds", &wish(&stage.session(), 1)).status, 409);
    assert_eq!(stage.post("/refunds", &wish(&json!({ "id": "unknown" }), 1)).status, 404);
    assert_eq!(stage.ask("GET", "/refunds/unknown", &[], "").status, 404);
}
