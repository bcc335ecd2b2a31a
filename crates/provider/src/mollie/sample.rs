//! Mollie events as Mollie would compose them, with the whole object inside.

use payhook_domain::time::Timestamp;
use serde_json::{Value, json};

use crate::sample::Sample;
use crate::sample::reference::{letters, number};

const fn sample(name: &'static str, about: &'static str) -> Sample {
    Sample { name, about, code: name, success: true }
}

/// What can be asked for by name: Mollie's own names.
pub(super) const SAMPLES: &[Sample] = &[
    sample("payment.pending", "its outcome waits"),
    sample("payment.authorized", "authorised, for the merchant to capture"),
    sample("payment.paid", "the money was received"),
    sample("payment.failed", "the payment failed"),
    sample("payment.canceled", "the payment was cancelled"),
    sample("payment.expired", "a payment nobody made"),
    sample("capture.succeeded", "a capture is done"),
    sample("capture.failed", "a capture did not work"),
    sample("refund.queued", "a refund waits"),
    sample("refund.refunded", "a refund was sent"),
    sample("refund.failed", "a refund did not work"),
    sample("refund.canceled", "a refund was withdrawn"),
    sample("chargeback.received", "the payer took it back"),
    sample("chargeback.reversed", "and it came back"),
    sample("payment-link.paid", "a payment link was paid"),
];

/// One event about the payment of this seed.
pub(super) fn compose(code: &str, _success: bool, seed: u64, at: Timestamp) -> Value {
    let (resource, status) = code.split_once('.').unwrap_or((code, ""));
    let entity = entity(resource, status, seed, at);
    json!({
        "resource": "event", "id": id("event_", seed, code), "type": code, "entityId": entity["id"], "createdAt": at.to_string(),
        "_embedded": { "entity": entity },
    })
}

fn entity(resource: &str, status: &str, seed: u64, at: Timestamp) -> Value {
    let payment = id("tr_", seed, "payment");
    let prefix = match resource {
        "payment" => "tr_",
        "capture" => "cpt_",
        "refund" => "re_",
        "chargeback" => "chb_",
        _ => "pl_",
    };
    let mut entity = json!({
        "resource": resource, "id": id(prefix, seed, resource), "mode": "test", "createdAt": at.to_string(),
        "amount": { "value": amount(seed), "currency": "EUR" }, "status": status,
    });
    match resource {
        "payment" => {
            entity["method"] = json!("ideal");
            entity["metadata"] = json!({ "order_id": format!("order-{:06}", number(seed, "order", 1_000_000)) });
            entity["captureMode"] = json!(if status == "authorized" { "manual" } else { "automatic" });
        }
        "capture" | "refund" | "chargeback" => entity["paymentId"] = json!(payment),
        _ => {}
    }
    entity
}

fn id(prefix: &str, seed: u64, purpose: &str) -> String {
    format!("{prefix}{}", letters(seed, purpose, 22))
}

fn amount(seed: u64) -> String {
    let cents = 1_000 + number(seed, "amount", 20_000);
    format!("{}.{:02}", cents / 100, cents % 100)
}
