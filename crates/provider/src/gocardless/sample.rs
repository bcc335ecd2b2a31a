//! GoCardless notifications as GoCardless would compose them: one event each.

use payhook_domain::time::Timestamp;
use serde_json::{Value, json};

use crate::sample::Sample;
use crate::sample::reference::{number, psp};

const fn sample(name: &'static str, about: &'static str) -> Sample {
    Sample { name, about, code: name, success: true }
}

/// What can be asked for by name: resource type and action.
pub(super) const SAMPLES: &[Sample] = &[
    sample("payments.created", "a payment was created"),
    sample("payments.submitted", "it was handed to the banks"),
    sample("payments.confirmed", "it was collected"),
    sample("payments.paid_out", "the merchant has the money"),
    sample("payments.failed", "it could not be collected"),
    Sample {
        name: "payments.retried",
        about: "a try failed, and another follows",
        code: "payments.failed",
        success: false,
    },
    sample("payments.cancelled", "it was cancelled"),
    sample("payments.charged_back", "the payer took it back"),
    sample("payments.chargeback_cancelled", "and it came back"),
    sample("refunds.created", "a refund was created"),
    sample("refunds.paid", "a refund was sent"),
    sample("refunds.failed", "a refund did not reach the payer"),
    sample("mandates.active", "a mandate can be used"),
    sample("mandates.cancelled", "a mandate was cancelled"),
    sample("payouts.paid", "a payout was sent"),
];

/// One notification about the payment of this seed.
pub(super) fn compose(code: &str, success: bool, seed: u64, at: Timestamp) -> Value {
    let (resource, action) = code.split_once('.').unwrap_or((code, ""));
    let order = json!({ "order_id": format!("order-{:06}", number(seed, "order", 1_000_000)) });
    let mut event = json!({
        "id": format!("EV{}", psp(seed, &format!("{code} {success}"))), "created_at": at.to_string(),
        "resource_type": resource, "action": action, "links": links(resource, seed), "metadata": {}, "resource_metadata": order,
        "details": { "origin": "gocardless", "cause": format!("{}_{action}", resource.trim_end_matches('s')), "description": "" },
    });
    if code == "payments.failed" {
        event["details"] = json!({
            "origin": "bank", "cause": "insufficient_funds", "description": "There was not enough money in the payer's account.",
            "scheme": "sepa_core", "reason_code": "AM04", "will_attempt_retry": !success,
        });
    }
    json!({ "events": [event], "meta": { "webhook_id": format!("WB{}", psp(seed, code)) } })
}

fn links(resource: &str, seed: u64) -> Value {
    let payment = format!("PM{}", psp(seed, "payment"));
    match resource {
        "refunds" => json!({ "refund": format!("RF{}", psp(seed, "refund")), "payment": payment }),
        "mandates" => json!({ "mandate": format!("MD{}", psp(seed, "mandate")) }),
        "payouts" => json!({ "payout": format!("PO{}", psp(seed, "payout")) }),
        _ => json!({ "payment": payment }),
    }
}
