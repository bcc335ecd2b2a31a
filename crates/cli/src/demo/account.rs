//! What came of the story, in plain words: counted from the gateway's store over its API, and by the receiver.

use std::fmt::Write;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method};
use payhook_net::{Client, Outgoing};
use serde_json::Value;
use url::Url;

use super::receiver::Seen;
use super::stage::Stage;
use super::story::{EXPECTED, SETTLE_TIME_MAX, Told, loopback_client};
use crate::fields;

/// How often the store is asked whether everything is settled.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// The account, and whether everything ended as it should.
pub(super) struct Account {
    pub(super) text: String,
    pub(super) as_expected: bool,
}

/// What the store says now: before the story that is what an earlier run left in a folder that is kept.
pub(super) async fn counts(stage: &Stage) -> anyhow::Result<Counts> {
    Ok(Counts::read(&ask(&loopback_client()?, stage, "/api/v1/status").await?))
}

/// Waits until nothing is owed, counts what has come since `before`, and tells.
pub(super) async fn take(stage: &Stage, told: &Told, before: &Counts) -> anyhow::Result<Account> {
    let counts = settled_counts(stage, before).await?;
    let seen = stage.receiver.seen();
    let as_expected = counts.events == EXPECTED.events
        && counts.duplicates == EXPECTED.duplicates
        && counts.quarantined == EXPECTED.quarantined
        && (counts.pending, counts.dead) == (0, 0)
        && (seen.taken.len() as u64, seen.repeats, seen.unsigned) == (EXPECTED.events, 0, 0)
        && told.accepted + told.refused == told.sent;
    let mut text = table(told, &counts, &seen);
    text.push_str(&beliefs(&ask(&loopback_client()?, stage, "/api/v1/payments").await?));
    text.push_str(if as_expected { "" } else { "\nThis is not what should have come of it; please report it.\n" });
    Ok(Account { text, as_expected })
}

/// Where a newcomer goes from here; `stays` says that the gateway can still be asked.
pub(super) fn where_next(stage: &Stage, stays: bool) -> String {
    let mut text = String::from(
        "\nWhere to look next:\n\n\
         \x20 payhook init shop           a gateway of your own: configuration and fresh secrets\n\
         \x20 payhook --help              every command (cargo install --path crates/cli puts payhook on your PATH)\n\
         \x20 docs/guide/                 Adyen, Banked, and the receiving end\n",
    );
    if stays {
        // Writing into a String does not fail.
        let _ = write!(
            text,
            "\nThe gateway keeps running until Ctrl-C. Ask it, from another terminal:\n\n\
             \x20 cd {folder}\n\
             \x20 payhook events list\n\
             \x20 payhook deliveries list\n\
             \x20 payhook quarantine list\n",
            folder = stage.folder.display(),
        );
    }
    text
}

/// What the store says.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Notifications stored, repeats not counted.
    pub(super) notifications: u64,
    events: u64,
    duplicates: u64,
    quarantined: u64,
    delivered: u64,
    pending: u64,
    dead: u64,
}

impl Counts {
    fn read(status: &Value) -> Self {
        let number = |value: &Value| value.as_u64().unwrap_or_default();
        let in_state = |wanted: &[&str]| {
            let rows = status["deliveries"].as_array().map(Vec::as_slice).unwrap_or_default();
            let fitting = rows.iter().filter(|row| wanted.iter().any(|state| row["state"] == **state));
            fitting.map(|row| number(&row["count"])).sum()
        };
        Self {
            notifications: number(&status["notifications"]),
            events: number(&status["events"]["routed"]),
            duplicates: number(&status["duplicates"]),
            quarantined: number(&status["quarantined"]),
            delivered: in_state(&["delivered"]),
            pending: in_state(&["pending", "blocked", "held"]),
            dead: in_state(&["rejected", "exhausted"]),
        }
    }

    /// What has come since; what is still owed is owed now.
    fn since(self, before: &Self) -> Self {
        Self {
            notifications: self.notifications.saturating_sub(before.notifications),
            events: self.events.saturating_sub(before.events),
            duplicates: self.duplicates.saturating_sub(before.duplicates),
            quarantined: self.quarantined.saturating_sub(before.quarantined),
            delivered: self.delivered.saturating_sub(before.delivered),
            pending: self.pending,
            dead: self.dead.saturating_sub(before.dead),
        }
    }

    /// Nothing is owed, and what is written best effort has been written.
    fn are_settled(&self) -> bool {
        self.pending == 0 && self.quarantined >= EXPECTED.quarantined
    }
}

async fn settled_counts(stage: &Stage, before: &Counts) -> anyhow::Result<Counts> {
    let waits = SETTLE_TIME_MAX.as_millis() / ASK_EVERY.as_millis();
    let mut counts = Counts::default();
    for _ in 0..waits {
        counts = self::counts(stage).await?.since(before);
        if counts.are_settled() {
            break;
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
    Ok(counts)
}

async fn ask(client: &Client, stage: &Stage, path: &str) -> anyhow::Result<Value> {
    let url = Url::parse(&format!("http://{}{path}", stage.admin))?;
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {}", stage.token))?);
    let outgoing = Outgoing { method: Method::GET, headers, body: bytes::Bytes::new(), repeatable: true };
    let answer = client.target(&url)?.send(outgoing).await.map_err(|failure| anyhow::anyhow!("{}", failure.error))?;
    Ok(serde_json::from_slice(&answer.excerpt)?)
}

/// What is believed of each payment, the oldest first.
fn beliefs(payments: &Value) -> String {
    let mut text = String::from("\nWhat payhook believes of each payment, whatever order its events came in:\n\n");
    for payment in payments["data"].as_array().into_iter().flatten().rev() {
        let word = |key: &str| payment[key].as_str().unwrap_or_default().to_owned();
        let sum = |key: &str| {
            let (value, currency, decimals) = (&payment[key], &payment["currency"], &payment["decimals"]);
            fields::amount(&serde_json::json!({ "value": value, "currency": currency, "decimals": decimals }))
        };
        let sums = ["authorised", "captured", "refunded", "disputed"].into_iter();
        let moved = sums.filter(|key| payment[*key] != 0).map(|key| format!("{} {key}", sum(key)));
        let moved = moved.collect::<Vec<_>>().join(", ");
        let line = format!("  {:<12}{:<12}{moved}", word("reference"), word("status"));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn table(told: &Told, counts: &Counts, seen: &Seen) -> String {
    let mut text = String::from("\nWhat became of them, counted from the store:\n\n");
    let mut row = |what: &str, count: u64, meaning: &str| {
        // Writing into a String does not fail.
        let _ = writeln!(text, "  {what:<22}{count:>3}   {meaning}");
    };
    row("notifications sent", told.sent, "posted over HTTP, each with its provider's signature");
    row("acknowledged", told.accepted, "every one of them on disk before it was answered");
    row("refused", told.refused, "not signed with your key: answered 401, and");
    row("  in quarantine", counts.quarantined, "kept with the reason, delivered to nobody");
    row("events stored", counts.events, "the facts in them, each once");
    row("duplicates absorbed", counts.duplicates, "acknowledged again, stored once, delivered once");
    row("deliveries made", counts.delivered, "signed, taken by the shop");
    row("  first turned away", seen.turned_away as u64, "the shop was down for a moment; it was tried again");
    row("still owed", counts.pending, "");
    text.push_str("\nWhat the shop received (it checked every signature):\n\n");
    for (id, (kind, reference)) in &seen.taken {
        let _ = writeln!(text, "  {reference:<12}{kind:<22}{id}");
    }
    text
}
