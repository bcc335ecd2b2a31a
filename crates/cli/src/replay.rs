//! `payhook events replay`: old events owed anew, watched until it is done.

use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

use crate::client::Client;
use crate::complaint::Complaint;
use crate::moment;
use crate::output;
use crate::settings::GatewayArgs;
use crate::table::{Table, text};

/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// What to do where a replay has nothing to send.
const WANTED_BY_NOBODY: &str = "`payhook events list` shows what there is, and `payhook routes test EVENT` who would want it; what is set aside or in \
     conflict is not replayed but released: `payhook aside list`, `payhook conflicts list`";

/// Deliver old events again: new deliveries, each at the end of its payment's lane; the old ones stay as they are
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook events replay evt_mfrggzdfmztwq2lknnwg23tpoa\n  payhook events replay --reference order-1 --dry-run\n  payhook events replay --payment pay_fyq3bjzsos3bqjah6va6u4swie\n  payhook events replay --since yesterday --until today --destination shop --rate 50"
)]
pub(crate) struct Replay {
    /// These events
    #[arg(value_name = "EVENT")]
    events: Vec<String>,
    /// Only of this payment: its id (pay_…), or the provider's reference of it
    #[arg(long, value_name = "PAYMENT")]
    payment: Option<String>,
    /// Only with this reference
    #[arg(long, value_name = "REFERENCE")]
    reference: Option<String>,
    /// Only of this source
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Only of this kind
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only what this route wants today, to its destinations
    #[arg(long, value_name = "NAME")]
    route: Option<String>,
    /// Only received at or after this time: a time, a date, yesterday, or 2h for two hours ago
    #[arg(long, value_name = "TIME", value_parser = moment::read)]
    since: Option<String>,
    /// Only received before this time
    #[arg(long, value_name = "TIME", value_parser = moment::read)]
    until: Option<String>,
    /// Only where the newest delivery is in this state, such as dead or delivered
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
    /// To this destination [default: whoever today's routes want]
    #[arg(long, value_name = "NAME")]
    destination: Option<String>,
    /// Deliveries made per second [default: 100]
    #[arg(long, value_name = "N")]
    rate: Option<u32>,
    /// Everything that is stored, when nothing else says which
    #[arg(long)]
    all: bool,
    /// Send nothing; show what would be sent, and how it stands
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

impl Replay {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let asked = self.asked()?;
        let client = self.gateway.client()?;
        if self.dry_run { self.look(&client, asked).await } else { self.make(&client, asked).await }
    }

    fn asked(&self) -> anyhow::Result<Map<String, Value>> {
        let mut asked = Map::new();
        let texts = [
            ("payment", &self.payment),
            ("reference", &self.reference),
            ("source", &self.source),
            ("kind", &self.kind),
            ("route", &self.route),
            ("since", &self.since),
            ("until", &self.until),
            ("state", &self.state),
        ];
        asked.extend(texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text.clone()?.into()))));
        if !self.events.is_empty() {
            asked.insert("events".to_owned(), json!(self.events));
        }
        if asked.is_empty() && !self.all {
            let hint = "name events, or give --reference, --since or another filter; --all means all";
            return Err(Complaint::usage("nothing says which events", hint).into());
        }
        asked.extend(self.destination.iter().map(|name| ("destination".to_owned(), json!(name))));
        asked.extend(self.rate.iter().map(|rate| ("rate".to_owned(), json!(rate))));
        Ok(asked)
    }

    /// What would be sent, page after page.
    async fn look(&self, client: &Client, mut asked: Map<String, Value>) -> anyhow::Result<()> {
        asked.insert("dry_run".to_owned(), json!(true));
        let mut rows = Vec::new();
        loop {
            let page = client.post("/api/v1/replays", Some(&Value::Object(asked.clone()))).await?;
            rows.extend(page["data"].as_array().cloned().unwrap_or_default());
            match &page["next"] {
                Value::Null => break,
                next => asked.insert("after".to_owned(), next.clone()),
            };
        }
        if self.json {
            output::json(&json!({ "dry_run": true, "data": rows }));
            return Ok(());
        }
        let mut table = Table::new(["RECEIVED", "EVENT", "KIND", "REFERENCE", "DESTINATION", "STANDS"]);
        for row in &rows {
            let stands = if row["state"].is_null() { "never owed".to_owned() } else { text(&row["state"]) };
            let [received, event, kind, reference, destination] =
                ["received_at", "event", "kind", "reference", "destination"].map(|key| text(&row[key]));
            table.row([received, event, kind, reference, destination, stands]);
        }
        if !rows.is_empty() {
            output::line(&table.render());
        }
        output::note(&format!("{} would be made; nothing was sent", deliveries(rows.len())));
        if rows.is_empty() {
            output::note(&format!(" hint: {WANTED_BY_NOBODY}"));
        }
        Ok(())
    }

    /// Begins it and watches it to its end. It goes on without us.
    async fn make(&self, client: &Client, asked: Map<String, Value>) -> anyhow::Result<()> {
        let mut job = client.post("/api/v1/replays", Some(&Value::Object(asked))).await?;
        let id = text(&job["id"]);
        let number = |job: &Value, key: &str| job[key].as_u64().unwrap_or_default();
        let first = number(&job, "first");
        let bar = ProgressBar::new(number(&job, "last").saturating_sub(first) + 1);
        bar.set_style(
            ProgressStyle::with_template("{bar:30} {percent}%  {msg}").unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        while job["state"] == "running" {
            tokio::time::sleep(LOOK_EVERY).await;
            job = client.get(&format!("/api/v1/replays/{id}"), &[]).await?;
            bar.set_position(number(&job, "at").saturating_sub(first) + 1);
            bar.set_message(deliveries(usize::try_from(number(&job, "deliveries")).unwrap_or(usize::MAX)));
        }
        bar.finish_and_clear();
        if self.json {
            output::json(&job);
        } else {
            let made = deliveries(usize::try_from(number(&job, "deliveries")).unwrap_or(usize::MAX));
            output::line(&format!("{id} is {}: {made} of {} events", text(&job["state"]), text(&job["events"])));
            if let withheld @ 1.. = number(&job, "withheld") {
                output::note(&format!(
                    "{withheld} notifications were withheld from destinations of `format = \"original\"`: by today's keys not all in them is authentic"
                ));
            }
        }
        match text(&job["why"]) {
            why if !why.is_empty() => {
                Err(Complaint::failed(&why, "mend it and replay again; what was made stays").into())
            }
            // Whoever replays an event wants it sent: "done" alone would be taken for it.
            _ if number(&job, "deliveries") == 0 => Err(Complaint::failed("nothing was sent", WANTED_BY_NOBODY).into()),
            _ => Ok(()),
        }
    }
}

fn deliveries(count: usize) -> String {
    if count == 1 { "1 delivery".to_owned() } else { format!("{count} deliveries") }
}
