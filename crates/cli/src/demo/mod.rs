//! `payhook demo`: the main job, end to end, on loopback.
//!
//! A real gateway in this process, the same one `serve` runs; real signed notifications posted to it over HTTP; a small
//! receiver that checks signatures as a merchant's would. What is told at the end is counted from the gateway's store
//! and by the receiver, not from what was meant to happen.
//!
//! - `stage`: the folder, the configuration, the gateway.
//! - `receiver`: the merchant's end.
//! - `story`: what is sent, and what should come of it.
//! - `account`: what did come of it, in plain words.

mod account;
mod receiver;
mod stage;
mod story;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::output;

/// See it work: a gateway on this machine, real signed notifications, and what became of them
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  payhook demo\n  payhook demo --data ./demo-data")]
pub(crate) struct Demo {
    /// Keep configuration and database in this folder instead of a temporary one
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Demo {
    /// On a terminal it stays up until Ctrl-C, so that one can look around; otherwise it ends by itself.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let stage = stage::Stage::set(self.data).await?;
        output::line(&stage.introduction());
        let before = account::counts(&stage).await?;
        let told = story::play(&stage, before.notifications).await?;
        let account = account::take(&stage, &told, &before).await?;
        let stays = account.as_expected && std::io::stdout().is_terminal();
        output::line(&(account.text + &account::where_next(&stage, stays)));
        if stays {
            tokio::signal::ctrl_c().await?;
        }
        stage.strike().await;
        Ok(if account.as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
