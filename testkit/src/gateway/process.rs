//! The process: start, kill, stop, restart, and what it uses.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::log::{Log, field};
use super::setup::{Setup, StartFailure};
use crate::binary;
use crate::process::{self, Usage};

/// How long a start may take: a store of millions of rows on a slow disk, not the promised 200 ms.
const READY_MAX: Duration = Duration::from_secs(60);
/// How often an ending is looked for.
const GLANCE: Duration = Duration::from_millis(2);

/// Before anything is bound.
const UNBOUND: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A gateway's process, or the place of one that has ended. Dropping it kills it.
pub struct Gateway {
    pub(super) setup: Setup,
    running: Option<Child>,
    log: Arc<Log>,
    addresses: (SocketAddr, SocketAddr),
    took: Duration,
}

impl Gateway {
    /// Runs it for the first time.
    pub(super) fn start(setup: Setup) -> Result<Self, StartFailure> {
        let addresses = (UNBOUND, UNBOUND);
        let mut gateway = Self { setup, running: None, log: Arc::default(), addresses, took: Duration::ZERO };
        gateway.launch().map(|()| gateway)
    }

    /// The public listener.
    #[must_use]
    pub const fn public(&self) -> SocketAddr {
        self.addresses.0
    }

    /// The admin listener.
    #[must_use]
    pub const fn admin(&self) -> SocketAddr {
        self.addresses.1
    }

    /// How long the last start took, from the process's creation to its `ready` line.
    #[must_use]
    pub const fn start_took(&self) -> Duration {
        self.took
    }

    /// The folder it runs in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.setup.folder()
    }

    /// The store's file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.setup.store.join("payhook.db")
    }

    /// Its process id.
    ///
    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.running.as_ref().expect("the gateway runs").id()
    }

    /// Whether it runs.
    #[must_use]
    pub fn is_running(&mut self) -> bool {
        self.running.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// What it uses now.
    #[must_use]
    pub fn usage(&self) -> Usage {
        process::usage(self.pid())
    }

    /// Sends it a signal, such as `libc::SIGHUP`.
    pub fn signal(&self, signal: i32) {
        process::signal(self.pid(), signal);
    }

    /// SIGKILL: the process is gone when this returns.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.running.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// SIGTERM, and the exit it leads to; nothing when that takes longer than `patience`.
    pub fn stop(&mut self, patience: Duration) -> Option<ExitStatus> {
        self.signal(libc::SIGTERM);
        self.wait(patience)
    }

    /// Waits for the process to end by itself, as after a power cut; nothing when that takes longer than `patience`.
    pub fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        let began = Instant::now();
        let child = self.running.as_mut()?;
        loop {
            match child.try_wait() {
                Ok(None) if began.elapsed() < patience => std::thread::sleep(GLANCE),
                Ok(None) => return None,
                Ok(Some(status)) => {
                    self.running = None;
                    return Some(status);
                }
                Err(error) => panic!("the gateway cannot be waited for: {error}"),
            }
        }
    }

    /// Starts it again on the same folder, killing it first if it runs. Its addresses are new.
    ///
    /// # Panics
    /// When it does not become ready; its log is in the message.
    pub fn restart(&mut self) {
        self.kill();
        if let Err(failure) = self.launch() {
            panic!("{failure}");
        }
    }

    /// Drops `argument` from what [`Gateway::restart`] will use.
    pub fn forget_argument(&mut self, argument: &str) {
        self.setup.arguments.retain(|have| have != argument);
    }

    /// The lines of its log since the last start that are JSON.
    #[must_use]
    pub fn log(&self) -> Vec<Value> {
        self.log.json()
    }

    /// Its log since the last start, as written.
    #[must_use]
    pub fn log_text(&self) -> String {
        self.log.text()
    }

    /// Waits for a log line with this message; nothing when none comes within `patience`.
    #[must_use]
    pub fn wait_for_log(&self, message: &str, patience: Duration) -> Option<Value> {
        self.log.find(patience, |line| field(line, "message").is_some_and(|text| text == message))
    }

    fn launch(&mut self) -> Result<(), StartFailure> {
        let began = Instant::now();
        let folder = self.setup.folder();
        let child = Command::new(binary::payhook())
            .arg("serve")
            .arg("--config")
            .arg(folder.join("payhook.toml"))
            .args(&self.setup.arguments)
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(self.setup.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.unwrap_or_else(|error| panic!("the gateway cannot be run: {error}"));
        self.log = Log::follow(child.stderr.take().expect("stderr is piped"));
        self.running = Some(child);
        let ready = self.log.find(READY_MAX, |line| field(line, "message").is_some_and(|text| text == "ready"));
        self.took = began.elapsed();
        match ready.and_then(|line| Some((address(&line, "public")?, address(&line, "admin")?))) {
            Some(addresses) => {
                self.addresses = addresses;
                Ok(())
            }
            None => Err(StartFailure { status: self.wait(Duration::from_secs(1)), log: self.log_text() }),
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let text = self.log.text();
            let tail: Vec<_> = text.lines().rev().take(40).collect();
            // The test's own output is captured by its harness, so this appears with the failure.
            println!("the gateway's last lines:\n{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
        }
        self.kill();
    }
}

fn address(line: &Value, name: &str) -> Option<SocketAddr> {
    let text = field(line, name)?;
    text.trim_start_matches("http://").trim_end_matches('/').parse().ok()
}
