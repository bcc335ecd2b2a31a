//! `payhook deliveries`: what is owed, what failed, and making dead letters again.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::complaint::Complaint;
use crate::fields;
use crate::listing::{self, ListArgs};
use crate::output;
use crate::settings::GatewayArgs;
use crate::table::{Table, text};

/// Look at deliveries, and retry dead letters
#[derive(Args, Debug)]
pub(crate) struct Deliveries {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    List(List),
    Show(Show),
    Retry(Retry),
    Pass(Pass),
}

/// List deliveries, newest first
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook deliveries list --state dead\n  payhook deliveries list --destination shop --json"
)]
struct List {
    /// Only in this state: held, pending, blocked, delivered, rejected, exhausted, superseded, skipped, or dead (rejected
    /// and exhausted)
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
    /// Only to this destination
    #[arg(long, value_name = "NAME")]
    destination: Option<String>,
    /// Only of this event
    #[arg(long, value_name = "EVENT")]
    event: Option<String>,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Show one delivery and every attempt made at it
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook deliveries show dlv_17_2_1")]
struct Show {
    /// The delivery's id
    #[arg(value_name = "DELIVERY")]
    id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Make dead letters again, as new deliveries with all their tries: some by id, or all of them
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook deliveries retry dlv_17_2_1\n  payhook deliveries retry --all --destination shop"
)]
struct Retry {
    /// The dead letters to make again
    #[arg(value_name = "DELIVERY", required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<String>,
    /// All dead letters
    #[arg(long)]
    all: bool,
    /// With --all: only to this destination
    #[arg(long, value_name = "NAME", requires = "all")]
    destination: Option<String>,
    /// With --all: only in this state: dead, rejected or exhausted
    #[arg(long, value_name = "STATE", requires = "all", default_value = "dead")]
    state: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Let what waits behind a dead letter go on without it (a destination with on_dead = "stop")
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook deliveries pass dlv_17_2_1")]
struct Pass {
    /// The dead letter at which the payment's deliveries stopped
    #[arg(value_name = "DELIVERY")]
    id: String,
    #[command(flatten)]
    gateway: GatewayArgs,
}

impl Pass {
    async fn run(self) -> anyhow::Result<()> {
        self.gateway.client()?.post(&format!("/api/v1/deliveries/{}/pass", self.id), None).await?;
        output::line(&format!("what waited behind {} goes on", self.id));
        Ok(())
    }
}

impl Deliveries {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::List(list) => list.run().await?,
            Action::Show(show) => show.run().await?,
            Action::Retry(retry) => retry.run().await?,
            Action::Pass(pass) => pass.run().await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let filters = [
            ("state", self.state.as_deref()),
            ("destination", self.destination.as_deref()),
            ("event", self.event.as_deref()),
        ];
        const KEYS: [&str; 8] = ["id", "event", "kind", "reference", "destination", "state", "attempts", "at"];
        let header = ["DELIVERY", "EVENT", "KIND", "REFERENCE", "DESTINATION", "STATE", "ATTEMPTS", "AT"];
        let row = |delivery: &Value| KEYS.map(|key| text(&delivery[key]));
        listing::show(&self.gateway.client()?, "/api/v1/deliveries", &filters, &self.list, header, row).await
    }
}

impl Show {
    async fn run(self) -> anyhow::Result<()> {
        let delivery = self.gateway.client()?.get(&format!("/api/v1/deliveries/{}", self.id), &[]).await?;
        if self.json {
            output::json(&delivery);
            return Ok(());
        }
        output::line(&fields::render(
            &delivery,
            &[
                ("delivery", "/id"),
                ("state", "/state"),
                ("event", "/event"),
                ("kind", "/kind"),
                ("reference", "/reference"),
                ("destination", "/destination"),
                ("created", "/created_at"),
                (if delivery["state"] == "pending" { "due" } else { "since" }, "/at"),
            ],
        ));
        let attempts = delivery["attempt_log"].as_array().map(Vec::as_slice).unwrap_or_default();
        if !attempts.is_empty() {
            let mut table = Table::new(["TRY", "STARTED", "TOOK", "OUTCOME", "STATUS", "WHY"]);
            attempts.iter().for_each(|attempt| table.row(attempt_row(attempt)));
            output::line(&format!("\n{}", table.render()));
        }
        Ok(())
    }
}

fn attempt_row(attempt: &Value) -> [String; 6] {
    let took = attempt["took_us"].as_u64().map(|micros| format!("{} ms", micros / 1_000)).unwrap_or_default();
    let why = if attempt["error"].is_null() { &attempt["excerpt"] } else { &attempt["error"] };
    let [number, started, outcome, status, why] =
        [&attempt["number"], &attempt["started_at"], &attempt["outcome"], &attempt["status"], why].map(text);
    [number, started, took, outcome, status, why]
}

impl Retry {
    async fn run(self) -> anyhow::Result<()> {
        let client = self.gateway.client()?;
        let mut retried = Vec::new();
        if self.all {
            let mut body = json!({ "state": self.state, "destination": self.destination });
            loop {
                let answer = client.post("/api/v1/deliveries/retry", Some(&body)).await?;
                retried.extend(pairs(&answer));
                if answer["next"].is_null() {
                    break;
                }
                body["after"] = answer["next"].clone();
            }
        } else {
            for id in &self.ids {
                retried.extend(pairs(&client.post(&format!("/api/v1/deliveries/{id}/retry"), None).await?));
            }
        }
        if self.json {
            output::json(&json!({ "retried": retried }));
        } else if retried.is_empty() {
            let hint = "`payhook deliveries list --state dead` shows what can be retried";
            return Err(Complaint::failed("there was nothing to retry", hint).into());
        } else {
            let mut table = Table::new(["DEAD LETTER", "NEW DELIVERY"]);
            retried.iter().for_each(|pair| table.row([text(&pair["from"]), text(&pair["to"])]));
            output::line(&table.render());
        }
        Ok(())
    }
}

fn pairs(answer: &Value) -> Vec<Value> {
    answer["retried"].as_array().cloned().unwrap_or_default()
}
