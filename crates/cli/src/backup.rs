//! `payhook backup`: a consistent copy of the store, made by the running gateway, or without one.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use payhook_gateway::backup::{self, BackupProgress};
use payhook_gateway::config::Store;
use serde_json::{Value, json};

use crate::client::Client;
use crate::complaint::{self, Complaint};
use crate::output;
use crate::settings::GatewayArgs;
use crate::table::{printable, text};
use crate::written::Before;

/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Copy the store, whole and verified, while the gateway runs or without one
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook backup /var/backups/payhook/today.db\n  payhook backup today.db --force\n\nA running gateway writes the file itself, with its own rights; its envelope key is put beside it. Keep both from others.\nTo have backups made by themselves, write backup = { folder = \"...\", every = \"1h\", keep = 24 } under [store]."
)]
pub(crate) struct Backup {
    /// The file to make
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace FILE, if it is a backup too
    #[arg(long)]
    force: bool,
    /// Do not copy the envelope key beside it: keep payhook.db.key yourself
    #[arg(long)]
    without_key: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    gateway: GatewayArgs,
}

impl Backup {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let file = std::path::absolute(&self.file).context("the working directory cannot be told")?;
        if file.is_dir() {
            let hint = format!("name the file to make in it: {}", file.join("payhook.db").display());
            return Err(Complaint::usage(format!("{} is a folder", file.display()), hint).into());
        }
        let made = match self.gateway.running().await? {
            Ok(client) => self.by_gateway(&client, &file).await?,
            Err(store) => self.alone(store, file).await?,
        };
        if self.json {
            output::json(&made);
        } else {
            output::line(&told(&made));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Has the running gateway make it. When this command is ended, that goes on.
    async fn by_gateway(&self, client: &Client, file: &Path) -> anyhow::Result<Value> {
        let before = Before::of(file);
        let asked = json!({ "file": file, "force": self.force, "key": !self.without_key });
        let mut job = client.post("/api/v1/backups", Some(&asked)).await?;
        let at = format!("/api/v1/backups/{}", text(&job["id"]));
        let bar = bar();
        while job["state"] == "running" || job["state"] == "verifying" {
            let number = |key: &str| job[key].as_u64().unwrap_or_default();
            show(&bar, (number("bytes_copied"), number("bytes_total")), job["state"] == "verifying");
            tokio::time::sleep(LOOK_EVERY).await;
            job = client.get(&at, &[]).await?;
        }
        bar.finish_and_clear();
        match text(&job["why"]) {
            why if why.is_empty() && before.is_all_there_is(file) => self.unseen(file).map(|()| job),
            why if why.is_empty() => Ok(job),
            why => Err(not_made(&why).into()),
        }
    }

    /// What the gateway wrote is not here. One that was named by its address may be on another machine, and so may the file.
    fn unseen(&self, file: &Path) -> anyhow::Result<()> {
        let file = file.display();
        if self.gateway.is_named() {
            output::note(&format!(
                "{file} is where the gateway runs, and not here: no new file is seen under this name"
            ));
            return Ok(());
        }
        let what = format!("the gateway made the backup, but where only it sees it: nothing new is at {file}");
        let hint = "its service has a /tmp of its own (PrivateTmp), which goes when it stops, or it runs in a container: name a file \
                    in a folder that you both see, as installed /var/backups/payhook";
        Err(Complaint::failed(what, hint).into())
    }

    /// Makes it from the files.
    async fn alone(&self, store: Store, file: PathBuf) -> anyhow::Result<Value> {
        output::note("no gateway answers; the store is read from its file");
        let (progress, bar) = (Arc::new(BackupProgress::default()), bar());
        let (seen, replace, with_key) = (Arc::clone(&progress), self.force, !self.without_key);
        let mut work = tokio::task::spawn_blocking(move || backup::alone(&store, &file, replace, with_key, &seen));
        let made = loop {
            tokio::select! {
                made = &mut work => break made.context("it ended early")?,
                () = tokio::time::sleep(LOOK_EVERY) => show(&bar, progress.bytes(), progress.is_verifying()),
            }
        };
        bar.finish_and_clear();
        Ok(backup::view(&made.map_err(|error| not_made(&error.to_string()))?))
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}  {msg}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(bar: &ProgressBar, (copied, total): (u64, u64), verifying: bool) {
    bar.set_length(total);
    bar.set_position(copied);
    bar.set_message(if verifying { "verifying" } else { "" });
}

fn told(made: &Value) -> String {
    let bytes = HumanBytes(made["bytes"].as_u64().unwrap_or_default());
    let seconds = Duration::from_millis(made["took_ms"].as_u64().unwrap_or_default()).as_secs_f64();
    let (notifications, events) = (text(&made["notifications"]), text(&made["events"]));
    let file = printable(&text(&made["file"]));
    let key = match text(&made["key"]) {
        key if key.is_empty() => "keep payhook.db.key, beside the store, as well".to_owned(),
        key => format!("the envelope key is beside it: {}", printable(&key)),
    };
    format!("{file}: {bytes}, {notifications} notifications, {events} events, verified, in {seconds:.1} s\n{key}")
}

fn not_made(why: &str) -> Complaint {
    let hint = if why.contains("is there already") {
        "choose another name, or replace that backup with --force"
    } else if ["bytes were written", "bytes free", "No space left on device"].iter().any(|full| why.contains(full)) {
        "make room, write it to another disk, or choose a quieter time"
    } else if why.contains("is no backup") {
        "name a file of its own for the backup; what stands there was left as it is"
    } else if why.contains("malformed") || why.contains("not a database") {
        complaint::DAMAGED
    } else {
        "the gateway writes the file: may its user write there, and does its service's sandbox let it?"
    };
    Complaint::failed(format!("no backup was made: {}", printable(why)), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_wants_room_and_not_other_rights() {
        let complaint = not_made("the key beside it, /b/today.db.key: No space left on device (os error 28)");
        assert!(complaint.said[0].1.starts_with("make room"), "{:?}", complaint.said);
    }
}
