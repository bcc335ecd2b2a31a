//! What to start, before it runs: configuration, folders, arguments, environment.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use tempfile::TempDir;

use super::Gateway;
use crate::powercut::PowerCut;

/// What to start: configuration, folder, arguments, environment.
pub struct Setup {
    home: Home,
    pub(super) store: PathBuf,
    server_lines: String,
    store_lines: String,
    rest: String,
    pub(super) arguments: Vec<String>,
    pub(super) environment: Vec<(String, PathBuf)>,
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
        write(&config, &self.configuration());
        Gateway::start(self)
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

/// Writes a configuration, which holds keys: nobody else may read it.
pub(super) fn write(path: &Path, configuration: &str) {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(configuration.as_bytes()));
    written.expect("the gateway's folder can be written");
}

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
