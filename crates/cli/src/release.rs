//! Releasing what waits, one after the other: some by id, or all of it, the oldest first, so that a payment's order stays.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::client::Client;
use crate::complaint::{Complaint, Exit};
use crate::listing;
use crate::output;
use crate::settings::GatewayArgs;
use crate::table::text;

/// What to release.
#[derive(Args, Debug)]
pub(crate) struct ReleaseArgs {
    /// Which, by their ids
    #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<String>,
    /// All of them, the oldest first
    #[arg(long)]
    all: bool,
    /// With --all: only of this source
    #[arg(long, value_name = "NAME", requires = "all")]
    source: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

impl ReleaseArgs {
    /// Releases from the list of this `noun`.
    pub(crate) async fn run(self, noun: &str) -> anyhow::Result<ExitCode> {
        let client = self.gateway.client()?;
        if let [id] = self.ids.as_slice() {
            let answer = client.post(&path(noun, id), None).await?;
            if self.json {
                output::json(&answer)
            } else {
                output::line(&said(id, &answer))
            }
            return Ok(ExitCode::SUCCESS);
        }
        let ids = if self.all { self.waiting(&client, noun).await? } else { self.ids.clone() };
        let mut tally = Tally { json: self.json, ..Tally::default() };
        for id in &ids {
            match client.post_or_left(&path(noun, id)).await? {
                Ok(answer) => tally.released(id, answer),
                Err(why) => tally.stays(id, &why),
            }
        }
        Ok(tally.end())
    }

    async fn waiting(&self, client: &Client, noun: &str) -> anyhow::Result<Vec<String>> {
        let rows = listing::all(client, &format!("/api/v1/{noun}"), &[("source", self.source.as_deref())]).await?;
        if rows.is_empty() {
            let hint = format!("`payhook {noun} list` shows what waits");
            return Err(Complaint::failed("there is nothing to release", hint).into());
        }
        Ok(rows.iter().rev().map(|row| text(&row["id"])).collect())
    }
}

fn path(noun: &str, id: &str) -> String {
    format!("/api/v1/{noun}/{id}/release")
}

fn said(id: &str, answer: &Value) -> String {
    let verdicts = answer["verdicts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let verdicts: Vec<_> = verdicts.iter().map(text).collect();
    format!("{id} is released: {}", verdicts.join(", "))
}

/// What became of several.
#[derive(Default)]
struct Tally {
    json: bool,
    rows: Vec<Value>,
    stay: usize,
}

impl Tally {
    fn released(&mut self, id: &str, answer: Value) {
        if !self.json {
            output::line(&said(id, &answer));
        }
        self.rows.push(json!({ "id": id, "released": true, "verdicts": answer["verdicts"] }));
    }

    fn stays(&mut self, id: &str, why: &str) {
        if !self.json {
            output::note(&format!("{id} stays: {why}"));
        }
        self.stay += 1;
        self.rows.push(json!({ "id": id, "released": false, "why": why }));
    }

    /// One that stays is told by the exit code, too: whoever released all of them would take it for done.
    fn end(self) -> ExitCode {
        if self.json {
            output::json(&json!({ "data": self.rows }));
        } else {
            output::note(&format!("{} released, {} stay", self.rows.len() - self.stay, self.stay));
        }
        if self.stay == 0 { ExitCode::SUCCESS } else { ExitCode::from(Exit::Failed as u8) }
    }
}
