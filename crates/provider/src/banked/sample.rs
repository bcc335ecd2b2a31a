//! Banked notifications as Banked would compose them.

use payhook_domain::time::Timestamp;
use serde_json::{Value, json};

use super::codes::{self, Subject};
use crate::sample::Sample;
use crate::sample::reference::{number, uuid};

const fn sample(name: &'static str, about: &'static str) -> Sample {
    Sample { name, about, code: name, success: true }
}

/// What can be asked for by name: Banked's own names.
pub(crate) const SAMPLES: &[Sample] = &[
    sample("payment_initiated", "the payer's bank took the request (v2)"),
    sample("payment_pending", "the payer consented; no word yet that money left (v2)"),
    sample("payment_sent", "the money left the payer's account (v2)"),
    sample("payment_failed", "the payment was not authorised (v2)"),
    sample("refund_pending", "a refund waits (v3)"),
    sample("refund_sent", "a refund was sent (v3)"),
    sample("refund_failed", "a refund did not work (v3)"),
    sample("payout_sent", "a payout was sent (v2)"),
    sample("payout_failed", "a payout did not work (v2)"),
    sample("mandate_active", "a mandate can be used (v2)"),
    sample("mandate_cancelled", "a mandate was cancelled (v2)"),
    sample("batch_payment_failed", "a payment to many payees failed (v2)"),
];

/// One notification about the payment session of this seed.
pub(crate) fn compose(code: &str, seed: u64, at: Timestamp) -> Value {
    let status = code.rsplit('_').next().unwrap_or(code);
    match codes::row(code).map(|(subject, _)| subject) {
        Some(Subject::Payment) => session(code, status, "payment_session", seed, at),
        Some(Subject::Batch) => {
            let mut batch = session(code, status, "batch_payment_session", seed, at);
            batch["payees"] = json!([{ "name": "Gerard Wiley", "amount": batch["amount"], "state": status }]);
            batch
        }
        Some(Subject::Refund) => refund(code, status, seed, at),
        Some(Subject::Mandate) if !code.contains('_') => enveloped(code, mandate(status, seed, at), seed),
        Some(Subject::Mandate) => with_event(mandate(status, seed, at), code, "mandate"),
        Some(Subject::Payout) | None => {
            let payout = json!({
                "id": uuid(seed, "payout"), "amount": amount(seed), "currency": "GBP", "created_at": date(at),
                "live": false, "reference": reference(seed), "state": status,
                "payee": { "name": "Gerard Wiley", "account_number": "12345678", "sort_code": "010203" },
            });
            with_event(payout, code, "payout")
        }
    }
}

fn session(code: &str, status: &str, webhook_type: &str, seed: u64, at: Timestamp) -> Value {
    let id = uuid(seed, "session");
    let session = json!({
        "id": id, "amount": amount(seed), "currency": "GBP", "created_at": date(at), "end_to_end_id": null,
        "reference": reference(seed), "state": status, "live": false, "email_receipt": true,
        "error_url": "https://example.com/error", "success_url": "https://example.com/success",
        "url": format!("https://checkout.banked.com/{id}"),
        "line_items": [{ "name": "Candle", "amount": amount(seed), "currency": "GBP", "quantity": 1, "description": null }],
        "payee": { "name": "Gerard Wiley", "account_number": "12345678", "sort_code": "010203" },
    });
    with_event(session, code, webhook_type)
}

fn refund(code: &str, status: &str, seed: u64, at: Timestamp) -> Value {
    let refund = json!({
        "id": uuid(seed, "refund"), "amount": amount(seed), "currency": "GBP", "created_at": at.to_string(),
        "original_payin_information": { "id": uuid(seed, "session"), "amount": amount(seed) },
        "payment_identification": { "end_to_end_identification": reference(seed) },
        "status_details": { "status": status },
    });
    enveloped(code, refund, seed)
}

fn mandate(status: &str, seed: u64, at: Timestamp) -> Value {
    json!({
        "id": uuid(seed, "mandate"), "created_at": date(at), "currency": "GBP", "mode": "test", "state": status,
        "external_reference": reference(seed), "description": "Candle subscription",
    })
}

/// v3: the resource in an envelope with an id of its own.
fn enveloped(code: &str, data: Value, seed: u64) -> Value {
    json!({ "id": uuid(seed, code), "type": code, "version": "v3", "data_version": 1, "data": data })
}

/// v2: the event's name beside the resource's fields.
fn with_event(mut resource: Value, code: &str, webhook_type: &str) -> Value {
    resource["webhook_event"] = json!(code);
    resource["webhook_type"] = json!(webhook_type);
    resource
}

fn amount(seed: u64) -> u64 {
    100 + number(seed, "amount", 20_000)
}

fn reference(seed: u64) -> String {
    format!("Order {:06}", number(seed, "order", 1_000_000))
}

fn date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_second(at.as_seconds()).unwrap_or_default();
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
