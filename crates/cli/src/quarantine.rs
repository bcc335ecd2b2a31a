//! `payhook quarantine`: what was not authenticated, and why.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::fields::{self, received};
use crate::listing::{self, ListArgs};
use crate::output;
use crate::release::ReleaseArgs;
use crate::settings::GatewayArgs;
use crate::table::text;
use crate::verify::told;

/// Look at refused notifications, and release those a new key verifies
#[derive(Args, Debug)]
pub(crate) struct Quarantine {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    List(List),
    Show(Show),
    Release(Release),
}

/// List refused notifications, newest first
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook quarantine list --source adyen")]
struct List {
    /// Only of this source
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Show one refused notification as it was received, and why it was refused
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook quarantine show qrn_3")]
struct Show {
    /// The entry's id
    #[arg(value_name = "ENTRY")]
    id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Verify again with today's keys, and take what is authentic now; never forces
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook quarantine release qrn_3\n  payhook quarantine release --all --source adyen"
)]
struct Release {
    #[command(flatten)]
    what: ReleaseArgs,
}

impl Quarantine {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::List(list) => list.run().await?,
            Action::Show(show) => show.run().await?,
            Action::Release(release) => return release.what.run("quarantine").await,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        const KEYS: [&str; 7] = ["id", "last_at", "times", "source", "reason", "peer", "detail"];
        let header = ["ENTRY", "LAST", "TIMES", "SOURCE", "REASON", "FROM", "DETAIL"];
        let row = |entry: &Value| KEYS.map(|key| text(&entry[key]));
        let filters = [("source", self.source.as_deref())];
        listing::show(&self.gateway.client()?, "/api/v1/quarantine", &filters, &self.list, header, row).await
    }
}

impl Show {
    async fn run(self) -> anyhow::Result<()> {
        let entry = self.gateway.client()?.get(&format!("/api/v1/quarantine/{}", self.id), &[]).await?;
        if self.json {
            output::json(&entry);
            return Ok(());
        }
        output::line(&fields::render(
            &entry,
            &[
                ("entry", "/id"),
                ("reason", "/reason"),
                ("detail", "/detail"),
                ("source", "/source"),
                ("from", "/peer"),
                ("posted to", "/target"),
                ("times", "/times"),
                ("first", "/first_at"),
                ("last", "/last_at"),
                ("bytes", "/size"),
            ],
        ));
        if entry["diagnosis"].is_array() {
            output::line(&format!("\n{}", told(&entry["diagnosis"])));
        }
        output::line(&format!("\n{}", received(&entry["received"])));
        Ok(())
    }
}
