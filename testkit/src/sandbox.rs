//! The pretend provider as a process: `payhook sandbox` on a port of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::wire::{self, Answer};
use crate::{binary, process};

/// Longest an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The last thing it says when it is up.
const READY: &str = "Ctrl-C";

/// A running sandbox. It is killed when this is dropped.
pub struct Sandbox {
    child: Child,
    address: SocketAddr,
    said: String,
}

impl Sandbox {
    /// Starts it on a free port, with these arguments besides.
    ///
    /// # Panics
    /// When it does not say where it is.
    #[must_use]
    pub fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(binary::payhook());
        command.args(["sandbox", "--listen", "127.0.0.1:0"]).args(arguments).env_clear();
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().expect("payhook runs");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut said = String::new();
        while !said.lines().any(|line| line.contains(READY)) {
            let read = out.read_line(&mut said).expect("it prints text");
            assert!(read > 0, "payhook sandbox ended, and said {said}");
        }
        // Whatever else it prints is taken off its hands.
        std::thread::spawn(move || std::io::copy(&mut out.by_ref(), &mut std::io::sink()));
        let address = said.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        let address = address.and_then(|address| address.parse().ok());
        Self { child, address: address.unwrap_or_else(|| panic!("no address in {said}")), said }
    }

    /// What it said when it was up.
    #[must_use]
    pub fn said(&self) -> &str {
        &self.said
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// An address of it: its base and this path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Asks for a page.
    ///
    /// # Panics
    /// When nothing answers.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    /// Sends any request.
    ///
    /// # Panics
    /// When nothing answers.
    #[must_use]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let request = wire::request(method, path, headers, body);
        wire::call(self.address, &request, PATIENCE).expect("an answer")
    }

    /// SIGTERM, and the exit it leads to.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn stop(&mut self) -> ExitStatus {
        process::signal(self.child.id(), libc::SIGTERM);
        self.child.wait().expect("it can be waited for")
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
