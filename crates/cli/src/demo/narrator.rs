//! What each notification did, in plain words, read from the gateway's stream of events.

use serde_json::Value;

use super::stage::Stage;
use crate::follow::{self, Follow};
use crate::table::printable;
use crate::{fields, output};

/// Tells each event as it is committed, for ever; tells nothing when nobody is to hear it.
pub(super) async fn tell(stage: &Stage, aloud: bool) -> anyhow::Result<()> {
    if !aloud {
        return std::future::pending().await;
    }
    let follow = Follow { client: stage.api()?, since: None };
    follow::events(follow, |event| output::try_line(&line(event))).await
}

/// `10:02:03  UD-7F3K2A     authorised 49.00 GBP (AUTHORISATION from adyen); the payment is authorised`
fn line(event: &Value) -> String {
    let word = |value: &Value| printable(value.as_str().unwrap_or_default());
    let at = word(&event["received_at"]);
    let time = at.get(11..19).unwrap_or_default();
    let (kind, code, provider) = (word(&event["kind"]), word(&event["code"]), word(&event["provider"]));
    let subject = match word(&event["reference"]) {
        reference if reference.is_empty() => "-".to_owned(),
        reference => reference,
    };
    let mut said = format!("{time}  {subject:<14} {} ({code} from {provider})", happened(&kind, &event["amount"]));
    said.push_str(&meaning(event));
    said
}

/// What became true.
fn happened(kind: &str, amount: &Value) -> String {
    let amount = if amount.is_object() { format!(" {}", fields::amount(amount)) } else { String::new() };
    let (noun, verb) = kind.split_once('.').unwrap_or(("", kind));
    let verb = verb.replace('_', " ");
    if noun == "payment" { format!("{verb}{amount}") } else { format!("{noun} {verb}{amount}") }
}

/// What it means for the payment, or why it moves none.
fn meaning(event: &Value) -> String {
    if let Some(reason) = event["aside"]["reason"].as_str() {
        return format!("; set aside ({reason}): kept, and told to nobody");
    }
    if event["stale"] == true {
        return "; late news: the payment has moved on, and stays as it is".to_owned();
    }
    match event["payment_state"]["status"].as_str() {
        Some(status) => format!("; the payment is {status}"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_told_in_one_line() {
        let event = json!({
            "received_at": "2026-11-21T10:02:03.123Z", "kind": "payment.authorised", "code": "AUTHORISATION",
            "provider": "adyen", "reference": "order-1", "stale": false,
            "amount": { "value": 4_900, "currency": "GBP", "decimals": 2 }, "payment_state": { "status": "authorised" },
        });
        let said = line(&event);
        assert!(said.starts_with("10:02:03  order-1 "), "{said}");
        assert!(said.contains("authorised 49.00 GBP (AUTHORISATION from adyen); the payment is authorised"), "{said}");
    }

    #[test]
    fn what_was_set_aside_and_what_is_late_say_so() {
        let event = |more: Value| {
            let mut event = json!({ "kind": "refund.failed", "code": "REFUND_FAILED", "provider": "adyen" });
            event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            line(&event)
        };
        assert!(event(json!({ "aside": { "reason": "foreign_account" } })).contains("set aside (foreign_account)"));
        assert!(event(json!({ "stale": true })).contains("late news"));
        assert!(event(json!({})).contains("refund failed (REFUND_FAILED from adyen)"));
    }
}
