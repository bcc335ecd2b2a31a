//! Stripe events as Stripe would compose them.

use payhook_domain::time::Timestamp;
use serde_json::{Value, json};

use crate::sample::Sample;
use crate::sample::reference::{letters, number};

const fn sample(name: &'static str, about: &'static str) -> Sample {
    Sample { name, about, code: name, success: true }
}

/// What the same code says otherwise.
const fn other(name: &'static str, code: &'static str, about: &'static str) -> Sample {
    Sample { name, about, code, success: false }
}

/// What can be asked for by name: Stripe's own names, and what some of them say otherwise.
pub(super) const SAMPLES: &[Sample] = &[
    sample("payment_intent.created", "a payment was begun"),
    sample("payment_intent.processing", "its outcome waits"),
    sample("payment_intent.amount_capturable_updated", "authorised, for the merchant to capture"),
    sample("payment_intent.succeeded", "the money was received"),
    sample("payment_intent.payment_failed", "a try was refused"),
    sample("payment_intent.canceled", "cancelled before money moved"),
    sample("charge.succeeded", "a charge, authorised and captured"),
    other("charge.authorised", "charge.succeeded", "a charge, authorised and not captured"),
    sample("charge.captured", "a charge was captured by the merchant"),
    sample("charge.refunded", "a charge was refunded in part"),
    other("charge.released", "charge.refunded", "an authorisation was let go uncaptured"),
    sample("refund.created", "a refund that is done at once"),
    other("refund.pending", "refund.created", "a refund that waits"),
    sample("refund.updated", "a refund that was sent"),
    other("refund.bounced", "refund.updated", "a refund that did not work"),
    sample("charge.dispute.created", "a dispute was opened"),
    other("charge.dispute.inquiry", "charge.dispute.created", "the issuer asks before it disputes"),
    sample("charge.dispute.funds_withdrawn", "disputed money was taken"),
    sample("charge.dispute.funds_reinstated", "disputed money came back"),
    sample("charge.dispute.closed", "a dispute was won"),
    other("charge.dispute.lost", "charge.dispute.closed", "a dispute was lost"),
    sample("checkout.session.completed", "paid on a checkout page"),
    other("checkout.session.unpaid", "checkout.session.completed", "ordered on a checkout page, not yet paid"),
    sample("checkout.session.expired", "a checkout page nobody paid on"),
    sample("payout.paid", "a payout was sent"),
    sample("mandate.updated", "a mandate can be used"),
    other("mandate.inactive", "mandate.updated", "a mandate was revoked"),
];

/// One event about the payment of this seed.
pub(super) fn compose(code: &str, success: bool, seed: u64, at: Timestamp) -> Value {
    let purpose = format!("{code} {success}");
    let object = object(code, success, seed, at);
    let mut data = json!({ "object": object });
    if code == "charge.refunded" {
        data["previous_attributes"] = json!({ "amount_refunded": 0 });
    }
    json!({
        "id": id("evt_", seed, &purpose), "object": "event", "api_version": "2025-09-30.clover", "created": at.as_seconds(),
        "data": data, "livemode": false, "pending_webhooks": 1, "request": { "id": null, "idempotency_key": null }, "type": code,
    })
}

fn object(code: &str, success: bool, seed: u64, at: Timestamp) -> Value {
    match code.split('.').collect::<Vec<_>>().as_slice() {
        ["payment_intent", what @ ..] => intent(what.concat().as_str(), seed, at),
        ["charge", "refund", _] | ["refund", ..] => refund(code, success, seed, at),
        ["charge", "dispute", what] => dispute(what, success, seed, at),
        ["charge", what] => charge(what, success, seed, at),
        ["checkout", "session", what] => session(what, success, seed, at),
        ["radar" | "review", ..] => json!({
            "id": id("issfr_", seed, "warning"), "charge": id("ch_", seed, "charge"), "payment_intent": id("pi_", seed, "payment"),
            "created": at.as_seconds(), "livemode": false, "reason": "approved",
        }),
        ["payout", what] => json!({
            "id": id("po_", seed, "payout"), "object": "payout", "amount": amount(seed), "currency": "eur", "created": at.as_seconds(),
            "arrival_date": at.as_seconds(), "livemode": false, "metadata": {}, "method": "standard", "status": what,
        }),
        ["mandate", ..] => json!({
            "id": id("mandate_", seed, "mandate"), "object": "mandate", "livemode": false, "type": "multi_use",
            "status": if success { "active" } else { "inactive" },
        }),
        _ => {
            json!({ "id": id("obj_", seed, code), "object": code.split('.').next(), "created": at.as_seconds(), "livemode": false })
        }
    }
}

fn intent(what: &str, seed: u64, at: Timestamp) -> Value {
    let amount = amount(seed);
    let (status, capturable, received) = match what {
        "succeeded" => ("succeeded", 0, amount),
        "amount_capturable_updated" => ("requires_capture", amount, 0),
        "processing" => ("processing", 0, 0),
        "requires_action" => ("requires_action", 0, 0),
        "canceled" => ("canceled", 0, 0),
        _ => ("requires_payment_method", 0, 0),
    };
    json!({
        "id": id("pi_", seed, "payment"), "object": "payment_intent", "amount": amount, "amount_capturable": capturable,
        "amount_received": received, "capture_method": if capturable > 0 { "manual" } else { "automatic" },
        "created": at.as_seconds(), "currency": "eur", "description": null, "latest_charge": id("ch_", seed, "charge"),
        "livemode": false, "metadata": { "order_id": order(seed) }, "payment_method_types": ["card"], "status": status,
    })
}

fn charge(what: &str, success: bool, seed: u64, at: Timestamp) -> Value {
    let amount = amount(seed);
    let captured = what == "captured" || (matches!(what, "succeeded" | "refunded") && success);
    let failed = matches!(what, "failed" | "expired");
    let refunded = match (what, success) {
        ("refunded", true) => part(seed),
        ("refunded", false) => amount,
        _ => 0,
    };
    json!({
        "id": id("ch_", seed, "charge"), "object": "charge", "amount": amount,
        "amount_captured": if captured { amount } else { 0 }, "amount_refunded": refunded,
        "captured": captured, "created": at.as_seconds(), "currency": "eur", "livemode": false, "metadata": { "order_id": order(seed) },
        "paid": !failed, "payment_intent": id("pi_", seed, "payment"), "refunded": refunded == amount,
        "payment_method_details": { "type": "card", "card": { "brand": "visa", "last4": "4242" } },
        "status": if failed { "failed" } else { "succeeded" },
    })
}

fn refund(code: &str, success: bool, seed: u64, at: Timestamp) -> Value {
    let status = match code {
        "refund.failed" => "failed",
        _ if success => "succeeded",
        "refund.created" => "pending",
        _ => "failed",
    };
    json!({
        "id": id("re_", seed, "refund"), "object": "refund", "amount": part(seed), "charge": id("ch_", seed, "charge"),
        "created": at.as_seconds(), "currency": "eur", "metadata": {}, "payment_intent": id("pi_", seed, "payment"),
        "reason": "requested_by_customer", "status": status,
    })
}

fn dispute(what: &str, success: bool, seed: u64, at: Timestamp) -> Value {
    let status = match (what, success) {
        ("closed", true) | ("funds_reinstated", _) => "won",
        ("closed", false) => "lost",
        ("created", false) => "warning_needs_response",
        ("updated", _) => "under_review",
        _ => "needs_response",
    };
    json!({
        "id": id("du_", seed, "dispute"), "object": "dispute", "amount": amount(seed), "charge": id("ch_", seed, "charge"),
        "created": at.as_seconds(), "currency": "eur", "evidence_details": { "due_by": at.as_seconds() + 7 * 86_400, "has_evidence": false },
        "livemode": false, "metadata": {}, "payment_intent": id("pi_", seed, "payment"), "reason": "fraudulent", "status": status,
    })
}

fn session(what: &str, success: bool, seed: u64, at: Timestamp) -> Value {
    let (status, paid) =
        if what == "expired" { ("expired", false) } else { ("complete", what != "async_payment_failed" && success) };
    let intent = (what != "expired").then(|| id("pi_", seed, "payment"));
    json!({
        "id": id("cs_test_", seed, "session"), "object": "checkout.session", "amount_total": amount(seed),
        "client_reference_id": order(seed), "created": at.as_seconds(), "currency": "eur", "livemode": false, "metadata": {},
        "mode": "payment", "payment_intent": intent, "payment_status": if paid { "paid" } else { "unpaid" }, "status": status,
    })
}

fn id(prefix: &str, seed: u64, purpose: &str) -> String {
    format!("{prefix}{}", letters(seed, purpose, 24))
}

fn amount(seed: u64) -> u64 {
    1_000 + number(seed, "amount", 20_000)
}

/// What is given back of it.
fn part(seed: u64) -> u64 {
    100 + number(seed, "part", 900)
}

fn order(seed: u64) -> String {
    format!("order-{:06}", number(seed, "order", 1_000_000))
}
