//! `payhook events since`: what a store has and a file has not.

use std::path::PathBuf;

use clap::Args;
use payhook_domain::time::Timestamp;
use payhook_gateway::backup::missing::{Known, each_page};
use serde_json::{Value, json};

use crate::complaint::Complaint;
use crate::events::{HEADER, row};
use crate::moment;
use crate::output;
use crate::settings::GatewayArgs;
use crate::table::Table;

/// What the gateway itself recorded, which nobody sent.
const OWN: &str = "payhook";

/// List events received since a time, newest first: those a backup does not have
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook events since 2026-11-21T10:00:00Z --missing-from backup.db\n  payhook events since 2026-11-21T10:00:00Z --missing-from payhook.db --in payhook.db.broken\n\nThe first: what the running gateway has and the backup has not.\nThe second: what a file that was kept has and the restored store has not (yet)."
)]
pub(crate) struct Since {
    /// From this time on: a time, a date, yesterday, or 2h for two hours ago
    #[arg(value_name = "TIME", value_parser = moment::timestamp)]
    since: Timestamp,
    /// The file that is asked for them: a backup, or a store's
    #[arg(long, value_name = "FILE")]
    missing_from: PathBuf,
    /// Take the events from this file [default: from the running gateway]
    #[arg(long, value_name = "NEWER")]
    r#in: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

impl Since {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let known = Known::open(&self.missing_from).map_err(|error| unread(error.to_string()))?;
        let mut missing = Missing { known, rows: Vec::new() };
        match &self.r#in {
            Some(newer) => {
                each_page(newer, self.since, |rows| missing.look(rows)).map_err(|Unread(why)| unread(why))?
            }
            None => self.of_gateway(&mut missing).await?,
        }
        self.show(&missing.rows);
        Ok(())
    }

    async fn of_gateway(&self, missing: &mut Missing) -> anyhow::Result<()> {
        let (client, since) = (self.gateway.client()?, self.since.to_string());
        let mut cursor = None;
        loop {
            let query = [("since", Some(since.as_str())), ("limit", Some("500")), ("cursor", cursor.as_deref())];
            let mut page = client.get("/api/v1/events", &query).await?;
            if let Value::Array(rows) = page["data"].take() {
                missing.look(rows).map_err(|Unread(why)| unread(why))?;
            }
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    fn show(&self, rows: &[Value]) {
        if self.json {
            output::json(&json!({ "data": rows }));
            return;
        }
        if !rows.is_empty() {
            let mut table = Table::new(HEADER);
            rows.iter().for_each(|event| table.row(row(event)));
            output::line(&table.render());
        }
        let events = if rows.len() == 1 { "1 event is".to_owned() } else { format!("{} events are", rows.len()) };
        output::note(&format!("{events} not in {}", self.missing_from.display()));
    }
}

/// What was looked through so far.
struct Missing {
    known: Known,
    rows: Vec<Value>,
}

struct Unread(String);

impl From<String> for Unread {
    fn from(why: String) -> Self {
        Self(why)
    }
}

impl Missing {
    fn look(&mut self, rows: Vec<Value>) -> Result<(), Unread> {
        for event in rows {
            if event["provider"] != OWN && self.known.lacks(&event)? {
                self.rows.push(event);
            }
        }
        Ok(())
    }
}

fn unread(why: String) -> Complaint {
    Complaint::failed(why, "name a backup made by `payhook backup`, or a store's file")
}
