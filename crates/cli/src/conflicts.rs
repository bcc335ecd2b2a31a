//! `payhook conflicts`: the same event again with other signed details; a person decides.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::fields::{self, amount};
use crate::listing::{self, ListArgs};
use crate::output;
use crate::settings::GatewayArgs;
use crate::table::{Table, text};

/// Look at events that came again with other signed details, and decide
#[derive(Args, Debug)]
pub(crate) struct Conflicts {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    List(List),
    Show(Show),
    Accept(Accept),
    Reject(Reject),
}

/// List undecided conflicts, newest first
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook conflicts list")]
struct List {
    /// Only of this source
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Show both versions side by side
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook conflicts show seq_12")]
struct Show {
    #[command(flatten)]
    one: One,
}

/// Take the new version as the truth, and deliver it
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook conflicts accept seq_12")]
struct Accept {
    #[command(flatten)]
    one: One,
}

/// Refuse the new version for good
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook conflicts reject seq_12")]
struct Reject {
    #[command(flatten)]
    one: One,
}

#[derive(Args, Debug)]
struct One {
    /// The row's id
    #[arg(value_name = "ROW")]
    id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

impl Conflicts {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::List(list) => list.run().await?,
            Action::Show(Show { one }) => one.show().await?,
            Action::Accept(Accept { one }) => one.decide("accept").await?,
            Action::Reject(Reject { one }) => one.decide("reject").await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let header = ["ROW", "RECEIVED", "EVENT", "SOURCE", "CODE", "AMOUNT", "REFERENCE"];
        let row = |value: &Value| {
            let [id, at, event, source, code, reference] =
                ["id", "received_at", "event", "source", "code", "reference"].map(|key| text(&value[key]));
            [id, at, event, source, code, amount(&value["amount"]), reference]
        };
        let filters = [("source", self.source.as_deref())];
        listing::show(&self.gateway.client()?, "/api/v1/conflicts", &filters, &self.list, header, row).await
    }
}

impl One {
    async fn show(self) -> anyhow::Result<()> {
        let row = self.gateway.client()?.get(&format!("/api/v1/conflicts/{}", self.id), &[]).await?;
        if self.json {
            output::json(&row);
            return Ok(());
        }
        let head = [("row", "/id"), ("event", "/event"), ("code", "/code"), ("source", "/source")];
        output::line(&fields::render(&row, &head));
        let mut table = Table::new(["", "KNOWN", "NEW"]);
        table.row(["amount".into(), amount(&row["known"]["amount"]), amount(&row["amount"])]);
        for (label, key) in [
            ("reference", "reference"),
            ("kind", "kind"),
            ("success", "success"),
            ("occurred", "occurred_at"),
            ("received", "received_at"),
        ] {
            table.row([label.into(), text(&row["known"][key]), text(&row[key])]);
        }
        output::line(&format!("\n{}", table.render()));
        Ok(())
    }

    async fn decide(self, verb: &str) -> anyhow::Result<()> {
        let answer = self.gateway.client()?.post(&format!("/api/v1/conflicts/{}/{verb}", self.id), None).await?;
        if self.json {
            output::json(&answer);
        } else {
            output::line(&format!("{} is {}", self.id, text(&answer["decision"])));
        }
        Ok(())
    }
}
