//! Square events as Square would compose them.

use payhook_domain::time::Timestamp;
use serde_json::{Value, json};

use crate::sample::Sample;
use crate::sample::reference::{letters, number, uuid};

const fn sample(name: &'static str, about: &'static str) -> Sample {
    Sample { name, about, code: name, success: true }
}

/// What the same code says otherwise.
const fn other(name: &'static str, code: &'static str, about: &'static str) -> Sample {
    Sample { name, about, code, success: false }
}

/// The merchant every sample names, unless it is set to another.
pub(crate) const ACCOUNT: &str = "6SSW7HV8K2ST5";

/// What can be asked for by name: Square's own names, and what some of them say otherwise.
pub(super) const SAMPLES: &[Sample] = &[
    sample("payment.created", "a payment was approved, and waits to be completed"),
    other("payment.pending", "payment.created", "a payment whose outcome waits"),
    sample("payment.updated", "a payment was completed"),
    other("payment.failed", "payment.updated", "a payment failed"),
    sample("refund.created", "a refund waits"),
    other("refund.completed", "refund.created", "a refund that is done at once"),
    sample("refund.updated", "a refund was sent"),
    other("refund.failed", "refund.updated", "a refund did not work"),
    sample("dispute.created", "a dispute was opened"),
    other("dispute.inquiry", "dispute.created", "the issuer asks before it disputes"),
    sample("dispute.state.updated", "a dispute was won"),
    other("dispute.lost", "dispute.state.updated", "a dispute was lost"),
    sample("payout.paid", "a payout was sent"),
    sample("card.created", "a card was stored"),
];

/// One event about the payment of this seed.
pub(super) fn compose(code: &str, success: bool, seed: u64, at: Timestamp) -> Value {
    let kind = code.split('.').next().unwrap_or(code);
    let object = match kind {
        "payment" => payment(status(code, success), seed, at),
        "refund" => refund(status(code, success), seed, at),
        "dispute" => dispute(status(code, success), seed, at),
        "payout" => json!({
            "id": id("po_", seed, "payout"), "status": "PAID", "location_id": "L88917AVBK2S5", "amount_money": money(amount(seed)),
            "created_at": at.to_string(),
        }),
        _ => json!({ "id": id("ccof:", seed, "card"), "card_brand": "VISA", "last_4": "1111", "enabled": true }),
    };
    json!({
        "merchant_id": ACCOUNT, "type": code, "event_id": uuid(seed, &format!("{code} {success}")), "created_at": at.to_string(),
        "data": { "type": kind, "id": object["id"], "object": { kind: object } },
    })
}

fn status(code: &str, success: bool) -> &'static str {
    match (code, success) {
        ("payment.created", true) => "APPROVED",
        ("payment.updated", true) | ("refund.created", false) | ("refund.updated", true) => "COMPLETED",
        ("payment.created", false) | ("refund.created", true) => "PENDING",
        ("payment.updated" | "refund.updated", false) => "FAILED",
        ("dispute.created", true) => "EVIDENCE_REQUIRED",
        ("dispute.created", false) => "INQUIRY_EVIDENCE_REQUIRED",
        (_, true) => "WON",
        (_, false) => "LOST",
    }
}

fn payment(status: &str, seed: u64, at: Timestamp) -> Value {
    let money = money(amount(seed));
    json!({
        "id": id("", seed, "payment"), "created_at": at.to_string(), "updated_at": at.to_string(), "status": status,
        "amount_money": money, "total_money": money, "approved_money": money, "source_type": "CARD",
        "card_details": { "card": { "card_brand": "VISA", "last_4": "1111" } }, "location_id": "L88917AVBK2S5",
        "order_id": id("", seed, "order"), "reference_id": format!("order-{:06}", number(seed, "reference", 1_000_000)),
    })
}

fn refund(status: &str, seed: u64, at: Timestamp) -> Value {
    let payment = id("", seed, "payment");
    json!({
        "id": format!("{payment}_{}", letters(seed, "refund", 22)), "payment_id": payment, "status": status, "reason": "returned",
        "amount_money": money(100 + number(seed, "part", 900)), "location_id": "L88917AVBK2S5", "created_at": at.to_string(),
    })
}

fn dispute(status: &str, seed: u64, at: Timestamp) -> Value {
    let due = Timestamp::from_seconds(at.as_seconds() + 7 * 86_400).to_string();
    json!({
        "id": id("", seed, "dispute"), "state": status, "amount_money": money(amount(seed)), "reason": "NO_KNOWLEDGE",
        "disputed_payment": { "payment_id": id("", seed, "payment") }, "due_at": due, "card_brand": "VISA", "version": 1,
    })
}

fn money(amount: u64) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

fn id(prefix: &str, seed: u64, purpose: &str) -> String {
    format!("{prefix}{}", letters(seed, purpose, 22))
}

fn amount(seed: u64) -> u64 {
    1_000 + number(seed, "amount", 20_000)
}
