//! What each notification did, in plain words: events from the gateway's stream of them, refusals from its quarantine.

use std::collections::HashMap;
use std::time::Duration;

use anstyle::Style;
use serde_json::Value;

use super::stage::Stage;
use crate::client::Client;
use crate::fields;
use crate::follow::{self, Follow};
use crate::output::{self, BAD, DIM, GOOD, WAITING};
use crate::table::printable;

/// How often it is looked whether something was refused.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Widest line, in columns: a terminal's.
const COLUMNS: usize = 80;
/// What a line is about: references of the shop have 14 letters.
const SUBJECT: usize = 14;
/// What became true, mostly.
const SAID: usize = 22;

/// Tells each event as it is committed and each refusal as it is found, for ever.
pub(super) async fn tell(stage: &Stage) -> anyhow::Result<()> {
    let follow = Follow { client: stage.api()?, since: None };
    tokio::select! {
        told = follow::events(follow, |event| output::try_line(&event_line(event))) => told,
        told = refusals(stage.api()?) => told,
    }
}

/// Each time that something was refused is told once; what an earlier run refused is not.
async fn refusals(client: Client) -> anyhow::Result<()> {
    let mut told: Option<HashMap<String, u64>> = None;
    loop {
        let listed = client.get("/api/v1/quarantine", &[]).await?;
        let entries = listed["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let now = entries.iter().map(|entry| (word(&entry["id"]), entry["times"].as_u64().unwrap_or_default()));
        let now: HashMap<_, _> = now.collect();
        // The newest comes first in the list.
        for entry in entries.iter().rev() {
            let id = word(&entry["id"]);
            let is_new = told.as_ref().is_some_and(|told| told.get(&id) != now.get(&id));
            if is_new && output::try_line(&refusal_line(entry)).is_err() {
                return Ok(());
            }
        }
        told = Some(now);
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// `10:02:03  UD7F3K2AQWERTY  authorised 49.00 GBP    AUTHORISATION from adyen`
fn event_line(event: &Value) -> String {
    let kind = word(&event["kind"]);
    let line = Line {
        at: word(&event["received_at"]),
        subject: word(&event["reference"]),
        said: happened(&kind, &event["amount"]),
        style: tone(&kind),
        by: format!("{} from {}", word(&event["code"]), word(&event["provider"])),
    };
    line.laid_out() + &meaning(event)
}

/// `10:02:03  qrn_3           refused: signature mismatch  to adyen, in quarantine`
fn refusal_line(entry: &Value) -> String {
    let line = Line {
        at: word(&entry["last_at"]),
        subject: word(&entry["id"]),
        said: format!("refused: {}", word(&entry["reason"]).replace('_', " ")),
        style: BAD,
        by: format!("to {}, in quarantine", word(&entry["source"])),
    };
    line.laid_out()
}

/// One line, its parts before they are laid out.
struct Line {
    /// RFC 3339.
    at: String,
    subject: String,
    said: String,
    style: Style,
    by: String,
}

impl Line {
    /// Its parts in columns; what would not fit comes below.
    fn laid_out(&self) -> String {
        let Self { at, subject, said, style, by } = self;
        let time = at.get(11..19).unwrap_or_default();
        let subject = if subject.is_empty() { "-" } else { subject };
        let before = time.len() + 2 + subject.chars().count().max(SUBJECT) + 2;
        let width = said.chars().count();
        let fits = before + width.max(SAID) + 2 + by.chars().count() <= COLUMNS;
        let gap = if fits { " ".repeat(SAID.saturating_sub(width) + 2) } else { below("") };
        format!("{DIM}{time}{DIM:#}  {subject:<SUBJECT$}  {style}{said}{style:#}{gap}{DIM}{by}{DIM:#}")
    }
}

/// Something under what is said.
fn below(text: &str) -> String {
    format!("\n{:indent$}{text}", "", indent = "00:00:00".len() + 2 + SUBJECT + 2)
}

/// What became true.
fn happened(kind: &str, amount: &Value) -> String {
    let amount = if amount.is_object() { format!(" {}", fields::amount(amount)) } else { String::new() };
    let (noun, verb) = kind.split_once('.').unwrap_or(("", kind));
    let verb = verb.replace('_', " ");
    if noun == "payment" { format!("{verb}{amount}") } else { format!("{noun} {verb}{amount}") }
}

/// Good news, bad news, or neither yet.
fn tone(kind: &str) -> Style {
    match kind.split_once('.').unwrap_or(("", kind)) {
        (_, "authorised" | "captured" | "sent" | "settled" | "succeeded" | "won") => GOOD,
        (_, "initiated" | "pending" | "requested") => WAITING,
        (_, "refused" | "abandoned" | "expired") | ("dispute", "opened" | "lost") => BAD,
        (_, verb) if verb.ends_with("failed") => BAD,
        _ => Style::new(),
    }
}

/// What it means for the payment, or why it moves none.
fn meaning(event: &Value) -> String {
    if let Some(reason) = event["aside"]["reason"].as_str() {
        return below(&format!("set aside ({reason}): kept, and told to nobody"));
    }
    if event["stale"] == true {
        return below("late news: the payment has moved on and stays as it is");
    }
    // Of the payment itself that was said already.
    let about_itself = event["kind"].as_str().is_some_and(|kind| kind.starts_with("payment."));
    match event["payment_state"]["status"].as_str() {
        Some(status) if !about_itself => below(&format!("the payment is {status}")),
        _ => String::new(),
    }
}

fn word(value: &Value) -> String {
    printable(value.as_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plain(line: &str) -> String {
        anstream::adapter::strip_str(line).to_string()
    }

    #[test]
    fn an_event_is_told_in_one_line() {
        let event = json!({
            "received_at": "2026-11-21T10:02:03.123Z", "kind": "payment.authorised", "code": "AUTHORISATION",
            "provider": "adyen", "reference": "UD7F3K2AQWERTY", "stale": false,
            "amount": { "value": 4_900, "currency": "GBP", "decimals": 2 }, "payment_state": { "status": "authorised" },
        });
        let said = plain(&event_line(&event));
        assert_eq!(said, "10:02:03  UD7F3K2AQWERTY  authorised 49.00 GBP    AUTHORISATION from adyen");
    }

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        let event = json!({
            "received_at": "2026-11-21T10:02:03.123Z", "kind": "payment.adjust_failed", "provider": "adyen",
            "code": "AUTHORISATION_ADJUSTMENT", "reference": "another-card-7f3k2a", "stale": true,
            "amount": { "value": 123_456_789, "currency": "GBP", "decimals": 2 },
        });
        let said = plain(&event_line(&event));
        assert!(said.lines().count() == 3 && said.lines().all(|line| line.chars().count() <= COLUMNS), "{said}");
    }

    #[test]
    fn what_was_set_aside_and_what_is_late_say_so() {
        let event = |more: Value| {
            let mut event = json!({ "kind": "refund.failed", "code": "REFUND_FAILED", "provider": "adyen" });
            event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            plain(&event_line(&event))
        };
        assert!(event(json!({ "aside": { "reason": "foreign_account" } })).contains("set aside (foreign_account)"));
        assert!(event(json!({ "stale": true })).contains("late news"));
        assert!(event(json!({ "payment_state": { "status": "refunded" } })).contains("\n    "));
        assert!(event(json!({})).contains("refund failed") && event(json!({})).contains("REFUND_FAILED from adyen"));
    }

    #[test]
    fn a_refusal_says_why() {
        let entry = json!({ "id": "qrn_3", "last_at": "2026-11-21T10:02:03.123Z", "times": 1, "source": "adyen",
            "reason": "signature_mismatch" });
        let said = plain(&refusal_line(&entry));
        assert_eq!(said, "10:02:03  qrn_3           refused: signature mismatch  to adyen, in quarantine");
    }
}
