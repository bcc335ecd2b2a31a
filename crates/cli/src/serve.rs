//! `payhook serve`: the gateway.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use payhook_domain::fault::{self, Fault};
use payhook_gateway::boot::{self, BootError, Environs, PlanError, Service};
use payhook_gateway::clock::{SystemClock, TokioSleeper};
use payhook_gateway::config::{ServiceManager, Variables, units};
use payhook_gateway::reload::Reloads;
use payhook_gateway::{descriptors, telemetry};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use crate::complaint::{self, Complaint};
use crate::settings::ConfigArgs;
use crate::{output, stop};

/// Run the gateway: receive, verify, write to disk, answer, deliver
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  payhook serve\n  payhook serve --config /etc/payhook/payhook.toml\n  ADYEN_HMAC_KEY=... PAYHOOK_FORWARD_URL=http://127.0.0.1:3000/hook PAYHOOK_SIGNING_SECRET=... payhook serve\n\nSIGHUP takes a changed configuration, all of it or nothing; --watch takes it without being asked. SIGTERM or Ctrl-C stops it after what is in hand is finished. PAYHOOK_LOG sets what is logged (info, debug, ...)."
)]
pub(crate) struct Serve {
    #[command(flatten)]
    config: ConfigArgs,

    /// Take a changed configuration as soon as its files are written, as SIGHUP does
    #[arg(long)]
    watch: bool,

    /// Turns the clock, for tests: `90m`, `-2d`
    #[arg(long, hide = true, value_name = "DURATION", allow_hyphen_values = true, value_parser = offset_micros)]
    clock_offset: Option<i64>,

    /// Does not sync the store, for the test that proves this loses data
    #[arg(long, hide = true)]
    unsafe_no_sync: bool,

    /// Dies at a point, for the tests of kills: `backup.step`, `backup.step:3`
    #[arg(long, hide = true, value_name = "POINT[:N]")]
    die_at: Option<Fault>,
}

impl Serve {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        // First of all: before it is watched, a signal that asks for the configuration would end the process.
        let asked = hang_ups()?;
        let config = self.config.load()?;
        let variables = Variables::of_process();
        let log = telemetry::setup::start(&variables).context("the log cannot be started")?;
        descriptors::raise();
        let service = Service::new(ServiceManager::of(&variables)).context("the service manager cannot be told")?;
        let environs = Environs {
            clock: Arc::new(SystemClock { offset_micros: self.clock_offset.unwrap_or_default() }),
            sleeper: Arc::new(TokioSleeper),
            log: log.clone(),
            service,
            unsafe_no_sync: self.unsafe_no_sync,
        };
        if self.unsafe_no_sync {
            output::note("warning: --unsafe-no-sync loses acknowledged events in a power cut");
        }
        if let Some(fault) = self.die_at {
            output::note(&format!("warning: --die-at kills this gateway at {}", fault.point.as_str()));
            fault::arm(fault);
        }
        let ready = boot::start(config, environs).await.map_err(complaint)?;
        tracing::info!(public = %ready.public_address()?, admin = %ready.admin_address()?, "ready");
        let reloads = Reloads { from: self.config.options(), asked, watch: self.watch };
        ready.serve_reloading(stop::signalled()?, Some(reloads)).await;
        log.sink.flush();
        Ok(ExitCode::SUCCESS)
    }
}

/// Rung at every SIGHUP, also at those that come before anybody listens.
fn hang_ups() -> anyhow::Result<Arc<Notify>> {
    let mut hang_up = signal(SignalKind::hangup()).context("SIGHUP cannot be watched")?;
    let asked = Arc::new(Notify::new());
    let rung = Arc::clone(&asked);
    tokio::spawn(async move {
        while hang_up.recv().await.is_some() {
            rung.notify_one();
        }
    });
    Ok(asked)
}

fn complaint(error: BootError) -> Complaint {
    let what = error.to_string();
    match error {
        BootError::Plan(PlanError::Store(_)) | BootError::Store(_) => {
            Complaint::failed(what, "check the disk's free space and who may write to the store's folder")
        }
        BootError::Plan(PlanError::Scope { .. }) => {
            Complaint::configuration(what, "put it back, or give the source a new name")
        }
        BootError::Plan(_) => {
            Complaint::configuration(what, "`payhook check` reads the configuration without starting")
        }
        BootError::Tls(_) => Complaint::configuration(what, "look at the files that `tls` of [server] names"),
        BootError::Bind { .. } => {
            Complaint::failed(what, "is another payhook running? `public` and `admin` of [server] set the ports")
        }
        BootError::Open(error) if error.is_of_another() => Complaint::configuration(what, complaint::OTHERS_FILE),
        BootError::Open(error) if error.is_damaged() => {
            // A file that never was a database looks the same, and nobody should lose it for a slip of the pen.
            let hint = format!("if `url` of [store] leads to the right file, {}", complaint::DAMAGED);
            Complaint::failed(what, hint)
        }
        BootError::Open(_) => Complaint::failed(
            what,
            "`url` of [store] says where the database is; its folder must be writable for this user",
        ),
        BootError::Keyfile(_) => {
            Complaint::failed(what, "payhook.db.token and payhook.db.key must be readable by this user")
        }
    }
}

/// A duration that may be negative, in microseconds.
fn offset_micros(text: &str) -> Result<i64, String> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let duration: Duration = units::duration(rest).map_err(|error| error.to_string())?;
    let micros = i64::try_from(duration.as_micros()).map_err(|_| "is too large".to_owned())?;
    Ok(sign * micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_turns_both_ways() {
        assert_eq!(offset_micros("90s"), Ok(90_000_000));
        assert_eq!(offset_micros("-2d"), Ok(-172_800_000_000));
        assert!(offset_micros("2").is_err());
    }
}
