//! `payhook events`: search, inspect, follow.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use payhook_domain::id::EventId;
use serde_json::Value;

use crate::complaint::Complaint;
use crate::fields::{self, amount, received};
use crate::follow::{self, Follow};
use crate::listing::{self, ListArgs};
use crate::moment;
use crate::output;
use crate::settings::GatewayArgs;
use crate::table::text;

/// Search, inspect and follow stored events
#[derive(Args, Debug)]
pub(crate) struct Events {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    List(List),
    Show(Show),
    Tail(Tail),
    Replay(crate::replay::Replay),
    Since(crate::missing::Since),
}

/// List events, newest first
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook events list --kind payment.captured --since 2026-11-01T00:00:00Z\n  payhook events list --reference order-1 --json"
)]
struct List {
    /// Only of this source
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Only of this kind, such as payment.captured
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only with this code of the provider, such as CAPTURE
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// Only with this reference: the merchant's, the provider's, or the payment's
    #[arg(long, value_name = "TEXT")]
    reference: Option<String>,
    /// Only of this standing: routed, revision, aside, conflict, rejected or superseded
    #[arg(long, value_name = "WORD")]
    standing: Option<String>,
    /// Only received at or after this time: a time, a date, yesterday, or 2h for two hours ago
    #[arg(long, value_name = "TIME", value_parser = moment::read)]
    since: Option<String>,
    /// Only received before this time
    #[arg(long, value_name = "TIME", value_parser = moment::read)]
    until: Option<String>,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Show one event: what it says, its deliveries, and the notification it came in
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook events show evt_mfrggzdfmztwq2lknnwg23tpoa")]
struct Show {
    /// The event's id
    #[arg(value_name = "EVENT")]
    id: String,
    /// Show the notification as it was received, too
    #[arg(long)]
    received: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Follow events as they are committed; picks up where it was after a break
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  payhook events tail\n  payhook events tail --since seq_100 --json")]
struct Tail {
    /// Begin after this row, such as seq_100 [default: now]
    #[arg(long, value_name = "SEQ")]
    since: Option<String>,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

impl Events {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::List(list) => list.run().await?,
            Action::Show(show) => show.run().await?,
            Action::Replay(replay) => replay.run().await?,
            Action::Since(since) => since.run().await?,
            Action::Tail(tail) => {
                let json = tail.json;
                let follow = Follow { client: tail.gateway.client()?, since: tail.since };
                follow::events(follow, |event| match json {
                    true => output::try_line(&event.to_string()),
                    false => output::try_line(&tail_line(event)),
                })
                .await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let filters = [
            ("source", self.source.as_deref()),
            ("kind", self.kind.as_deref()),
            ("code", self.code.as_deref()),
            ("reference", self.reference.as_deref()),
            ("standing", self.standing.as_deref()),
            ("since", self.since.as_deref()),
            ("until", self.until.as_deref()),
        ];
        let client = self.gateway.client()?;
        listing::show(&client, "/api/v1/events", &filters, &self.list, HEADER, row).await
    }
}

impl Show {
    async fn run(self) -> anyhow::Result<()> {
        let client = self.gateway.client()?;
        self.id.parse::<EventId>().map_err(|error| Complaint::no_id(&self.id, "events", error))?;
        let mut event = client.get(&format!("/api/v1/events/{}", self.id), &[]).await?;
        if self.received {
            let id = text(&event["notification"]);
            event["received"] = client.get(&format!("/api/v1/notifications/{id}"), &[]).await?;
        }
        if self.json {
            output::json(&event);
            return Ok(());
        }
        output::line(&fields::render(&event, FIELDS));
        listing::section(&event["revisions"], "revisions", ["ROW", "RECEIVED", "STANDING", "KIND", "AMOUNT"], |row| {
            [
                text(&row["seq"]),
                text(&row["received_at"]),
                text(&row["standing"]),
                text(&row["kind"]),
                amount(&row["amount"]),
            ]
        });
        listing::section(
            &event["deliveries"],
            "deliveries",
            ["DELIVERY", "DESTINATION", "STATE", "ATTEMPTS", "AT"],
            |row| [&row["id"], &row["destination"], &row["state"], &row["attempts"], &row["at"]].map(text),
        );
        if event["standing"] == "routed" && event["deliveries"].as_array().is_some_and(Vec::is_empty) {
            output::line(&format!(
                "\nno deliveries: no route wanted it when it came; `payhook routes test {}` says why",
                self.id
            ));
        }
        if self.received {
            output::line(&format!("\n{}", received(&event["received"])));
        }
        Ok(())
    }
}

pub(crate) const HEADER: [&str; 8] = ["RECEIVED", "EVENT", "SOURCE", "KIND", "CODE", "AMOUNT", "REFERENCE", "STANDING"];

pub(crate) fn row(event: &Value) -> [String; 8] {
    let mut row =
        ["received_at", "id", "source", "kind", "code", "amount", "reference", "standing"].map(|key| text(&event[key]));
    row[5] = amount(&event["amount"]);
    row
}

/// What is shown of an event, in the order a reader asks for it.
pub(crate) const FIELDS: &[(&str, &str)] = &[
    ("event", "/id"),
    ("kind", "/kind"),
    ("amount", "/amount"),
    ("reference", "/reference"),
    ("provider reference", "/provider_reference"),
    ("payment", "/payment"),
    ("code", "/code"),
    ("success", "/success"),
    ("live", "/live"),
    ("occurred", "/occurred_at"),
    ("received", "/received_at"),
    ("source", "/source"),
    ("provider", "/provider"),
    ("account", "/account"),
    ("proof", "/proof"),
    ("standing", "/standing"),
    ("set aside because", "/aside/reason"),
    ("detail", "/aside/detail"),
    ("revision", "/revision"),
    ("duplicates", "/duplicates"),
    ("address check", "/checks/avs/meaning"),
    ("card code check", "/checks/cvc/meaning"),
    ("notification", "/notification"),
    ("row", "/seq"),
];

fn tail_line(event: &Value) -> String {
    let mut parts = row(event).to_vec();
    parts.retain(|part| !part.is_empty());
    crate::table::printable(&parts.join("  "))
}
