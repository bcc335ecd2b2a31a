//! What can be typed, and the order of things.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use payhook_gateway::keyfile;
use payhook_sandbox::{Fault, Pace};
use tokio::signal::unix::{SignalKind, signal};

use super::crowd::Crowd;
use super::outcome::Outcome;
use super::stage::{Manner, Stage};
use super::{narrator, words};
use crate::{output, stop};

/// Most orders of one run.
const ORDERS_MAX: u32 = 10_000;
/// People who come in while one looks around.
const FIRST_BUYERS: u32 = 4;
/// How many orders are bought where nobody looks: enough that each fault has met some.
const ORDERS: u32 = 24;

/// What goes wrong with notifications where nobody looks. Not the delay of hours: people wait for their orders.
const WEATHER: [Fault; 6] =
    [Fault::Duplicate, Fault::Reorder, Fault::Forge, Fault::Truncate, Fault::WrongAccount, Fault::OldKey];

/// See it work: a gateway, a pretend provider and a shop on this machine, and what each notification does
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook demo\n  payhook demo --headless --orders 50 --seed 7\n  payhook demo --data ./demo-data\n\nWithout a terminal it is headless. Headless it exits 0 only if every order ended right."
)]
pub(crate) struct Demo {
    /// Keep everything in this folder instead of a temporary one
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Buy by itself, with notifications repeated, forged, cut off and out of order; tell what came of it, and end
    #[arg(long)]
    headless: bool,

    /// How many orders are bought [default: 24, or 4 with somebody at the terminal]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(ORDERS_MAX)))]
    orders: Option<u32>,

    /// The same purchases and the same faults again
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

impl Demo {
    /// With somebody at the terminal it stays up until Ctrl-C, so that one can look around.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let headless = self.headless || !std::io::stdout().is_terminal();
        let seed = self.seed.map_or_else(any_seed, Ok)?;
        let manner = if headless {
            Manner { seed, pace: Pace::Scaled(20.0), weather: WEATHER.to_vec() }
        } else {
            Manner { seed, pace: Pace::Scaled(1.0), weather: Vec::new() }
        };
        let mut stopped = stop::signalled()?;
        let mut hung_up = signal(SignalKind::hangup()).context("SIGHUP cannot be watched")?;
        let stage = Stage::set(self.data, &manner).await?;
        output::line(&words::introduction(&stage));
        let told = tokio::select! {
            told = play(&stage, headless, self.orders, seed) => told,
            told = narrator::tell(&stage), if !headless => told.map(|()| None),
            _ = stopped.wait_for(|stop| *stop) => Ok(None),
            // The terminal was closed: nothing is left behind then either.
            _ = hung_up.recv() => Ok(None),
        };
        let goodbye = words::goodbye(&stage);
        stage.strike().await;
        let right = told?.is_none_or(|outcome| outcome.is_right());
        if !headless {
            output::line(&goodbye);
        }
        Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Some people buy, and it is told what came of it. Where somebody looks, it goes on until it is stopped.
async fn play(stage: &Stage, headless: bool, orders: Option<u32>, seed: u64) -> anyhow::Result<Option<Outcome>> {
    if !headless {
        output::line(&words::heading());
    }
    let before = Outcome::counts(stage).await?;
    let number = orders.unwrap_or(if headless { ORDERS } else { FIRST_BUYERS });
    let bought = Crowd { shop: stage.shop_url()?, number, seed }.buy().await;
    let outcome = Outcome::take(stage, bought, &before).await?;
    output::line(&outcome.text());
    if headless {
        return Ok(Some(outcome));
    }
    output::line(&words::now_you(stage));
    std::future::pending().await
}

fn any_seed() -> anyhow::Result<u64> {
    let random = keyfile::random().context("the operating system gave no random bytes")?;
    Ok(random.iter().take(4).fold(0, |seed, byte| seed << 8 | u64::from(*byte)))
}
