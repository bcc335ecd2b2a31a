//! Checkout.com events as Checkout.com would compose them.

use payhook_domain::time::Timestamp;
use serde_json::{Value, json};

use crate::sample::Sample;
use crate::sample::reference::{letters, number};

const fn sample(name: &'static str, about: &'static str) -> Sample {
    Sample { name, about, code: name, success: true }
}

/// What can be asked for by name: Checkout.com's own names, and one more where one of them has two meanings.
pub(super) const SAMPLES: &[Sample] = &[
    sample("payment_pending", "its outcome waits"),
    sample("payment_approved", "authorised"),
    sample("payment_declined", "refused"),
    sample("payment_captured", "captured"),
    sample("payment_capture_declined", "a capture was refused"),
    sample("payment_voided", "an authorisation was voided"),
    sample("payment_authorization_incremented", "more was authorised"),
    sample("payment_canceled", "a payment was cancelled"),
    sample("payment_expired", "a payment nobody made"),
    sample("payment_refund_pending", "a refund waits"),
    sample("payment_refunded", "a refund was sent"),
    sample("payment_refund_declined", "a refund was refused"),
    sample("payment_returned", "a captured payment (ACH) came back to the payer"),
    sample("payment_paid", "a payout was sent"),
    Sample { name: "payout_returned", about: "a payout came back", code: "payment_returned", success: false },
    sample("dispute_received", "a dispute was announced"),
    sample("dispute_evidence_required", "disputed money was taken; evidence is due"),
    sample("dispute_won", "disputed money came back for good"),
    sample("dispute_lost", "a dispute was lost"),
];

/// One event about the payment of this seed.
pub(super) fn compose(code: &str, success: bool, seed: u64, at: Timestamp) -> Value {
    let data = match code {
        _ if code.starts_with("dispute_") => dispute(seed, at),
        "payment_paid" => payout(code, seed, at),
        "payment_returned" if !success => payout(code, seed, at),
        _ => payment(code, seed, at),
    };
    let own = id("evt_", seed, if success { code } else { "payout_returned" });
    json!({
        "id": own, "type": code, "version": "1.0.29", "created_on": at.to_string(), "data": data,
        "_links": { "self": { "href": format!("https://api.sandbox.checkout.com/workflows/events/{own}") } },
    })
}

fn payment(code: &str, seed: u64, at: Timestamp) -> Value {
    let amount = amount(seed);
    let action = if code.starts_with("payment_refund") { "refund" } else { code };
    json!({
        "id": id("pay_", seed, "payment"), "action_id": id("act_", seed, action), "reference": order(seed), "amount": amount,
        "currency": "EUR", "processed_on": at.to_string(), "response_code": "10000", "response_summary": "Approved",
        "balances": { "total_authorized": amount, "available_to_capture": 0 }, "metadata": {},
    })
}

/// Money that goes out names where from and where to, and has no balances.
fn payout(code: &str, seed: u64, at: Timestamp) -> Value {
    json!({
        "id": id("pay_", seed, "payout"), "action_id": id("act_", seed, code), "reference": order(seed), "amount": amount(seed),
        "currency": "EUR", "processed_on": at.to_string(), "response_code": "10000", "response_summary": "Approved",
        "source": { "type": "currency_account", "id": id("ca_", seed, "account") },
        "destination": { "type": "bank_account", "id": id("src_", seed, "destination") },
    })
}

fn dispute(seed: u64, at: Timestamp) -> Value {
    json!({
        "id": id("dsp_", seed, "dispute"), "date": at.to_string(), "category": "fraudulent", "amount": amount(seed), "currency": "EUR",
        "reason_code": "10.4", "payment_id": id("pay_", seed, "payment"), "payment_action_id": id("act_", seed, "payment_captured"),
        "payment_reference": order(seed), "payment_method": "VISA",
        "evidence_required_by": Timestamp::from_seconds(at.as_seconds() + 7 * 86_400).to_string(),
    })
}

fn id(prefix: &str, seed: u64, purpose: &str) -> String {
    format!("{prefix}{}", letters(seed, purpose, 26).to_lowercase())
}

fn amount(seed: u64) -> u64 {
    1_000 + number(seed, "amount", 20_000)
}

fn order(seed: u64) -> String {
    format!("ORD-{:06}", number(seed, "order", 1_000_000))
}
