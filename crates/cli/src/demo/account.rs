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

/// How often the store is asked whether everything is settled.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// The account, and whether everything ended as it should.
pub(super) struct Account {
    pub(super) text: String,
    pub(super) as_expected: bool,
}

/// Waits until nothing is owed, counts, and tells.
pub(super) async fn take(stage: &Stage, told: &Told) -> anyhow::Result<Account> {
    let counts = settled_counts(stage).await?;
    let seen = stage.receiver.seen();
    let as_expected = counts.events == EXPECTED.events
        && counts.duplicates == EXPECTED.duplicates
        && counts.quarantined == EXPECTED.quarantined
        && (counts.pending, counts.dead) == (0, 0)
        && (seen.taken.len() as u64, seen.repeats, seen.unsigned) == (EXPECTED.events, 0, 0)
        && told.accepted + told.refused == told.sent;
    let mut text = table(told, &counts, &seen);
    text.push_str(if as_expected { "" } else { "\nThis is not what should have come of it; please report it.\n" });
    text.push_str(&where_next(stage));
    Ok(Account { text, as_expected })
}

/// What the store says.
#[derive(Debug, Default)]
struct Counts {
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
            events: number(&status["events"]["routed"]),
            duplicates: number(&status["duplicates"]),
            quarantined: number(&status["quarantined"]),
            delivered: in_state(&["delivered"]),
            pending: in_state(&["pending"]),
            dead: in_state(&["rejected", "exhausted"]),
        }
    }

    /// Nothing is owed, and what is written best effort has been written.
    fn are_settled(&self) -> bool {
        self.pending == 0 && self.quarantined >= EXPECTED.quarantined
    }
}

async fn settled_counts(stage: &Stage) -> anyhow::Result<Counts> {
    let client = loopback_client()?;
    let waits = SETTLE_TIME_MAX.as_millis() / ASK_EVERY.as_millis();
    let mut counts = Counts::default();
    for _ in 0..waits {
        counts = Counts::read(&status(&client, stage).await?);
        if counts.are_settled() {
            break;
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
    Ok(counts)
}

async fn status(client: &Client, stage: &Stage) -> anyhow::Result<Value> {
    let url = Url::parse(&format!("http://{}/api/v1/status", stage.admin))?;
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {}", stage.token))?);
    let outgoing = Outgoing { method: Method::GET, headers, body: bytes::Bytes::new(), repeatable: true };
    let answer = client.target(&url)?.send(outgoing).await.map_err(|failure| anyhow::anyhow!("{}", failure.error))?;
    Ok(serde_json::from_slice(&answer.excerpt)?)
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

fn where_next(stage: &Stage) -> String {
    format!(
        "\nWhere to look next:\n\n\
         \x20 payhook init shop           a gateway of your own: configuration and fresh secrets\n\
         \x20 payhook --help              every command (cargo install --path crates/cli puts payhook on your PATH)\n\
         \x20 docs/guide/                 Adyen, Banked, and the receiving end\n\
         \n\
         While this demo runs, ask its gateway (from another terminal):\n\n\
         \x20 cd {folder}\n\
         \x20 payhook events list\n\
         \x20 payhook deliveries list\n\
         \x20 payhook quarantine list\n",
        folder = stage.folder.display(),
    )
}
