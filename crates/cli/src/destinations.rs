//! `payhook destinations`: how each stands, a test of the way there, pause and resume.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::complaint::Complaint;
use crate::output;
use crate::settings::GatewayArgs;
use crate::table::{Table, text};

/// Look at destinations, test the way there, pause and resume deliveries
#[derive(Args, Debug)]
pub(crate) struct Destinations {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    List(List),
    Test(Test),
    Pause(Pause),
    Resume(Resume),
}

/// List destinations: running, paused, or resting since they fail
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook destinations list")]
struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Send one marked test event now, outside the queue; it is not stored and not tried again
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook destinations test shop")]
struct Test {
    /// The destination's name
    #[arg(value_name = "NAME")]
    name: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// Begin no more deliveries until resumed, also after a restart; nothing is lost meanwhile
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook destinations pause shop")]
struct Pause {
    /// The destination's name
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// End a pause, and the rest of a destination that failed
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook destinations resume shop")]
struct Resume {
    /// The destination's name
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    gateway: GatewayArgs,
}

impl Destinations {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::List(list) => list.run().await?,
            Action::Test(test) => test.run().await?,
            Action::Pause(Pause { name, gateway }) => turn(&gateway, &name, "pause").await?,
            Action::Resume(Resume { name, gateway }) => turn(&gateway, &name, "resume").await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let found = self.gateway.client()?.get("/api/v1/destinations", &[]).await?;
        if self.json {
            output::json(&found);
            return Ok(());
        }
        let mut table =
            Table::new(["DESTINATION", "STATE", "UNTIL", "PENDING", "BLOCKED", "HELD", "DEAD", "DELIVERED", "URL"]);
        for destination in found["data"].as_array().map(Vec::as_slice).unwrap_or_default() {
            table.row(
                ["name", "state", "resting_until", "pending", "blocked", "held", "dead", "delivered", "url"]
                    .map(|key| text(&destination[key])),
            );
        }
        output::line(&table.render());
        Ok(())
    }
}

impl Test {
    async fn run(self) -> anyhow::Result<()> {
        let path = format!("/api/v1/destinations/{}/test", self.name);
        let tried = self.gateway.client()?.post(&path, None).await?;
        if self.json {
            output::json(&tried);
        }
        let took = tried["took_us"].as_u64().unwrap_or_default() / 1_000;
        let said = [&tried["status"], &tried["error"], &tried["excerpt"]].map(text);
        let said = said.iter().filter(|said| !said.is_empty()).cloned().collect::<Vec<_>>().join(" ");
        if tried["outcome"] == "delivered" {
            if !self.json {
                output::line(&format!("{} took the test event in {took} ms: {said}", self.name));
            }
            return Ok(());
        }
        let what = format!("{} did not take the test event after {took} ms: {said}", self.name);
        Err(Complaint::failed(&what, "nothing was queued; mend the destination and test again").into())
    }
}

async fn turn(gateway: &GatewayArgs, name: &str, action: &str) -> anyhow::Result<()> {
    let turned = gateway.client()?.post(&format!("/api/v1/destinations/{name}/{action}"), None).await?;
    let already = if turned["changed"] == Value::Bool(true) { "" } else { " already" };
    let state = text(&turned["state"]);
    // What ends a rest is a delivery that is taken, not a person.
    let probed = if (action, state.as_str()) == ("resume", "resting") { ", and is probed now" } else { "" };
    output::line(&format!("{name} is{already} {state}{probed}"));
    Ok(())
}
