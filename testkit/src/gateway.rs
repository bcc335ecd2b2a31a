//! The real binary as a process: `payhook serve` in a folder of its own, on ports the kernel chose.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::powercut::PowerCut;
use crate::process::{self, Usage};
use crate::wire::{self, Answer};
use crate::{binary, poster};

/// How long a start may take: a store of millions of rows on a slow disk, not the promised 200 ms.
const READY_MAX: Duration = Duration::from_secs(60);
/// How long one API call may take.
const CALL_MAX: Duration = Duration::from_secs(60);
/// Log lines kept; older ones are dropped.
const LOG_LINES_MAX: usize = 100_000;
/// How often an ending is looked for.
const GLANCE: Duration = Duration::from_millis(2);

/// What to start: configuration, folder, arguments, environment.
pub struct Setup {
    home: Home,
    store: PathBuf,
    server_lines: String,
    store_lines: String,
    rest: String,
    arguments: Vec<String>,
    environment: Vec<(String, PathBuf)>,
}

/// The folder the gateway runs in.
enum Home {
    Fresh(TempDir),
    Kept(PathBuf),
}

impl Home {
    fn path(&self) -> &Path {
        match self {
            Self::Fresh(folder) => folder.path(),
            Self::Kept(folder) => folder,
        }
    }
}

impl Setup {
    /// A gateway in a fresh temporary folder, on loopback. `rest` is the configuration after `[server]` and `[store]`:
    /// sources, destinations, routes.
    ///
    /// # Panics
    /// When no temporary folder can be made.
    #[must_use]
    pub fn new(rest: &str) -> Self {
        let folder = TempDir::new().expect("the machine has a temporary folder");
        Self {
            store: folder.path().to_owned(),
            home: Home::Fresh(folder),
            server_lines: String::new(),
            store_lines: String::new(),
            rest: rest.to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// Runs in this folder, which is kept.
    #[must_use]
    pub fn in_folder(mut self, folder: &Path) -> Self {
        self.store = folder.to_owned();
        self.home = Home::Kept(folder.to_owned());
        self
    }

    /// Puts the store into another folder, such as a small disk.
    #[must_use]
    pub fn store_in(mut self, folder: &Path) -> Self {
        self.store = folder.to_owned();
        self
    }

    /// Adds lines to `[server]`.
    #[must_use]
    pub fn server(mut self, lines: &str) -> Self {
        self.server_lines.extend([lines, "\n"]);
        self
    }

    /// Adds lines to `[store]`, such as `reserve = 0`.
    #[must_use]
    pub fn store(mut self, lines: &str) -> Self {
        self.store_lines.extend([lines, "\n"]);
        self
    }

    /// Adds an argument after `serve`.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Sets a variable. Of the test's own environment the gateway gets `PATH` alone.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl Into<PathBuf>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// The folder it will run in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.home.path()
    }

    /// Puts the store's folder under the power-cut shim.
    #[must_use]
    pub fn under_power_cut(mut self) -> (Self, PowerCut) {
        let shim = PowerCut::over(&self.store);
        for (name, value) in shim.environment() {
            self = self.variable(name, value);
        }
        (self, shim)
    }

    /// Starts it and waits until it is ready.
    ///
    /// # Panics
    /// When it does not become ready; its log is in the message.
    #[must_use]
    pub fn start(self) -> Gateway {
        self.try_start().unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// The same for a start that is meant to fail.
    ///
    /// # Errors
    /// [`StartFailure`] when it ends, or is not ready in time.
    pub fn try_start(self) -> Result<Gateway, StartFailure> {
        let config = self.folder().join("payhook.toml");
        std::fs::write(&config, self.configuration()).expect("the gateway's folder can be written");
        let mut gateway = Gateway {
            running: None,
            log: Arc::default(),
            setup: self,
            addresses: (UNBOUND, UNBOUND),
            took: Duration::ZERO,
        };
        gateway.launch().map(|()| gateway)
    }

    fn configuration(&self) -> String {
        let store = self.store.join("payhook.db");
        format!(
            "version = 1\n[server]\npublic = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n{}\n[store]\nurl = \"sqlite:{}\"\n{}\n{}\n",
            self.server_lines,
            store.display(),
            self.store_lines,
            self.rest
        )
    }
}

/// Before anything is bound.
const UNBOUND: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// A gateway that did not become ready.
#[derive(Debug)]
pub struct StartFailure {
    /// How it ended; absent when it ran on without becoming ready.
    pub status: Option<ExitStatus>,
    /// What it said on stderr.
    pub log: String,
}

impl std::fmt::Display for StartFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ending = self.status.map_or_else(|| "still runs".to_owned(), |status| status.to_string());
        write!(f, "the gateway did not become ready ({ending}):\n{}", self.log)
    }
}

impl std::error::Error for StartFailure {}

/// A gateway's process, or the place of one that has ended. Dropping it kills it.
pub struct Gateway {
    setup: Setup,
    running: Option<Child>,
    log: Arc<Log>,
    addresses: (SocketAddr, SocketAddr),
    took: Duration,
}

#[derive(Default)]
struct Log {
    lines: Mutex<Lines>,
    grown: Condvar,
}

#[derive(Default)]
struct Lines {
    kept: std::collections::VecDeque<String>,
    ended: bool,
}

impl Gateway {
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
        self.log.lines().kept.iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
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

    /// The API token made at the first start.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn token(&self) -> String {
        let file = self.setup.store.join("payhook.db.token");
        let token = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        token.trim().to_owned()
    }

    /// `GET` on the admin listener, with the token.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    pub fn get(&self, target: &str) -> Answer {
        self.call("GET", target, b"")
    }

    /// `POST` of JSON on the admin listener, with the token.
    ///
    /// # Panics
    /// When no answer comes.
    pub fn post(&self, target: &str, body: &Value) -> Answer {
        self.call("POST", target, body.to_string().as_bytes())
    }

    /// Every item of a list of the API, page after page, as `GET` of `target` gives it with `data` and `next_cursor`.
    ///
    /// # Panics
    /// When a page is not a 200.
    #[must_use]
    pub fn list(&self, target: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let joint = if target.contains('?') { '&' } else { '?' };
            let page = self.get(&if cursor.is_empty() {
                target.to_owned()
            } else {
                format!("{target}{joint}cursor={cursor}")
            });
            assert_eq!(page.status, 200, "{target}: {}", page.text());
            let mut page = page.json();
            if let Value::Array(data) = page["data"].take() {
                items.extend(data);
            }
            match page["next_cursor"].take() {
                Value::String(next) => cursor = next,
                _ => return items,
            }
        }
    }

    /// Posts a request made by [`wire::request`] to the public listener, on a connection of its own.
    ///
    /// # Errors
    /// Those of the socket: the gateway may be down.
    pub fn send(&self, request: &[u8]) -> std::io::Result<Answer> {
        wire::call(self.public(), request, CALL_MAX)
    }

    /// Load on the public listener; see [`poster::Load::start`].
    #[must_use]
    pub fn load(
        &self,
        connections: usize,
        requests: impl Fn(usize) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> poster::Load {
        poster::Load::start(self.public(), connections, requests)
    }

    fn call(&self, method: &str, target: &str, body: &[u8]) -> Answer {
        let token = format!("Bearer {}", self.token());
        let headers =
            [("authorization", token.as_str()), ("content-type", "application/json"), ("connection", "close")];
        let answer = wire::call(self.admin(), &wire::request(method, target, &headers, body), CALL_MAX);
        answer.unwrap_or_else(|error| panic!("{method} {target}: {error}\n{}", self.log_text()))
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

impl Log {
    fn follow(stderr: std::process::ChildStderr) -> Arc<Self> {
        let log = Arc::new(Self::default());
        let writer = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
                let mut lines = writer.lines();
                if lines.kept.len() == LOG_LINES_MAX {
                    lines.kept.pop_front();
                }
                lines.kept.push_back(String::from_utf8_lossy(&line).into_owned());
                drop(lines);
                writer.grown.notify_all();
            }
            writer.lines().ended = true;
            writer.grown.notify_all();
        });
        log
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn text(&self) -> String {
        self.lines().kept.iter().fold(String::new(), |text, line| text + line + "\n")
    }

    fn find(&self, patience: Duration, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        let seek = |lines: &Lines| {
            lines.kept.iter().filter_map(|line| serde_json::from_str(line).ok()).find(|line| wanted(line))
        };
        let waiting =
            self.grown.wait_timeout_while(self.lines(), patience, |lines| seek(lines).is_none() && !lines.ended);
        seek(&waiting.unwrap_or_else(PoisonError::into_inner).0)
    }
}

/// A field of a log line, whether the line is flat or keeps its fields under `fields`.
fn field<'a>(line: &'a Value, name: &str) -> Option<&'a str> {
    line.get(name).or_else(|| line.get("fields")?.get(name)).and_then(Value::as_str)
}

fn address(line: &Value, name: &str) -> Option<SocketAddr> {
    let text = field(line, name)?;
    text.trim_start_matches("http://").trim_end_matches('/').parse().ok()
}
