//! `payhook aside`: what is authentic and acknowledged, but was not routed.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::events;
use crate::fields::{self, received};
use crate::listing::{self, ListArgs};
use crate::output;
use crate::release::ReleaseArgs;
use crate::settings::GatewayArgs;
use crate::table::text;

/// Look at events that were set aside, and route them
#[derive(Args, Debug)]
pub(crate) struct Aside {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    List(List),
    Show(Show),
    Release(Release),
}

/// List what was set aside, newest first
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook aside list --source adyen")]
struct List {
    /// Only of this source
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Show what was set aside, why, and as it was received
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook aside show seq_12")]
struct Show {
    /// The row's id
    #[arg(value_name = "ROW")]
    id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Route it as today's configuration says
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  payhook aside release seq_12\n  payhook aside release --all --source adyen")]
struct Release {
    #[command(flatten)]
    what: ReleaseArgs,
}

impl Aside {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::List(list) => list.run().await?,
            Action::Show(show) => show.run().await?,
            Action::Release(release) => return release.what.run("aside").await,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        const POINTERS: [&str; 7] =
            ["/id", "/received_at", "/source", "/aside/reason", "/account", "/code", "/reference"];
        let header = ["ROW", "RECEIVED", "SOURCE", "REASON", "ACCOUNT", "CODE", "REFERENCE"];
        let row = |value: &Value| POINTERS.map(|pointer| value.pointer(pointer).map(text).unwrap_or_default());
        let filters = [("source", self.source.as_deref())];
        listing::show(&self.gateway.client()?, "/api/v1/aside", &filters, &self.list, header, row).await
    }
}

impl Show {
    async fn run(self) -> anyhow::Result<()> {
        let row = self.gateway.client()?.get(&format!("/api/v1/aside/{}", self.id), &[]).await?;
        if self.json {
            output::json(&row);
            return Ok(());
        }
        let mut fields = vec![("row", "/id"), ("event", "/event")];
        fields.extend(events::FIELDS.iter().filter(|(label, _)| !matches!(*label, "event" | "row")));
        output::line(&fields::render(&row, &fields));
        output::line(&format!("\n{}", received(&row["received"])));
        Ok(())
    }
}
