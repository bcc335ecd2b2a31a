//! `payhook prune`: what retention would remove, and let it go now.

use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

use crate::client::Client;
use crate::output;
use crate::settings::GatewayArgs;
use crate::table::{Table, text};

/// Remove what is older than `store.retention` says now, rather than within the hour
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  payhook prune --dry-run\n  payhook prune\n  payhook prune --yes")]
pub(crate) struct Prune {
    /// Remove nothing; show what would go, and about how much it takes
    #[arg(long)]
    dry_run: bool,
    /// The clock is right: go on although it is more than a day beyond what was last received
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

impl Prune {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let whole = self.sweep(&self.gateway.client()?).await?;
        if self.json {
            output::json(&whole);
        } else {
            self.show(&whole);
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Part after part, added up. What was removed stays so when this is broken off.
    async fn sweep(&self, client: &Client) -> anyhow::Result<Value> {
        let bar = ProgressBar::new(100);
        bar.set_style(
            ProgressStyle::with_template("{bar:30} {percent}%  {msg}").unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        let mut whole = Map::new();
        let mut asked = json!({ "dry_run": self.dry_run, "yes": self.yes });
        let (mut kept, mut returned) = (0, 0);
        let last = loop {
            let part = client.post("/api/v1/prune", Some(&asked)).await?;
            for (kind, freed) in part["pruned"].as_object().into_iter().flatten() {
                add(whole.entry(kind).or_insert_with(|| json!({ "before": freed["before"] })), freed);
            }
            kept += part["kept"].as_u64().unwrap_or_default();
            returned += part["returned_bytes"].as_u64().unwrap_or_default();
            bar.set_position(part["progress"].as_f64().map_or(0, percent));
            bar.set_message(format!("{} rows", whole.values().filter_map(|freed| freed["rows"].as_u64()).sum::<u64>()));
            match &part["next"] {
                Value::Null => break part,
                next => asked = json!({ "dry_run": self.dry_run, "place": next }),
            }
        };
        bar.finish_and_clear();
        Ok(json!({
            "dry_run": self.dry_run, "pruned": whole, "kept": kept, "own": last["own"], "returned_bytes": returned,
            "file": last["file"], "waits_for_a_person": last["waits_for_a_person"],
        }))
    }

    fn show(&self, whole: &Value) {
        let mut table = Table::new(["WHAT", "RECEIVED BEFORE", "ROWS", "ABOUT BYTES"]);
        for (kind, freed) in whole["pruned"].as_object().into_iter().flatten() {
            let before = if freed["before"].is_null() { "never".to_owned() } else { text(&freed["before"]) };
            table.row([kind.clone(), before, text(&freed["rows"]), text(&freed["bytes"])]);
        }
        output::line(&table.render());
        for line in own_ages(&whole["own"]) {
            output::note(&line);
        }
        let kept = whole["kept"].as_u64().unwrap_or_default();
        if kept > 0 {
            output::note(&format!("{kept} more are old enough and stay: still owed, dead, or waiting for a person"));
        }
        output::note(&self.of_the_file(whole));
        if self.dry_run {
            output::note("nothing was removed");
        }
        if whole["waits_for_a_person"] == true {
            output::note("the clock is more than a day beyond what was last received: nothing goes before `--yes`");
        }
    }

    /// How large the store's file is now, and what of it comes back to the disk.
    fn of_the_file(&self, whole: &Value) -> String {
        let file = &whole["file"];
        let now =
            format!("the file has {} bytes, {} of them free for what comes next", file["bytes"], file["free_bytes"]);
        match (file["shrinks"] == true, whole["returned_bytes"].as_u64().unwrap_or_default(), self.dry_run) {
            (false, ..) => format!("{now}; {SHRINKS_NOT}"),
            (true, 0, _) => now,
            (true, bytes, true) => format!("{now}; {bytes} would go back to the disk now"),
            (true, bytes, false) => format!("{now}; {bytes} went back to the disk"),
        }
    }
}

/// A line for each source and provider whose ages are not the usual ones.
fn own_ages(own: &Value) -> Vec<String> {
    let kind = |(kind, before): (&String, &Value)| match before {
        Value::Null => format!("{kind} never"),
        before => format!("{kind} before {}", text(before)),
    };
    let named = |what: &'static str, of: &Value| -> Vec<String> {
        let ages = |(name, ages): (&String, &Value)| {
            let ages: Vec<String> = ages.as_object().into_iter().flatten().map(kind).collect();
            format!("{what} {name}: {}", ages.join(", "))
        };
        of.as_object().into_iter().flatten().map(ages).collect()
    };
    [named("source", &own["sources"]), named("provider", &own["providers"])].concat()
}

const SHRINKS_NOT: &str = "the file was made before it could give free space back to the disk: see The file's size in \
    docs/concepts/retention.md";

fn add(whole: &mut Value, part: &Value) {
    for figure in ["rows", "bytes"] {
        let sum = whole[figure].as_u64().unwrap_or_default() + part[figure].as_u64().unwrap_or_default();
        whole[figure] = sum.into();
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
fn percent(progress: f64) -> u64 {
    (progress.clamp(0.0, 1.0) * 100.0) as u64
}
