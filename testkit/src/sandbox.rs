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

/// A sandbox that runs, or was killed. Dropping it kills it.
pub struct Sandbox {
    arguments: Vec<String>,
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
        let arguments: Vec<_> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let (child, said) = launch(&arguments);
        let address = said.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        let address = address.and_then(|address| address.parse().ok());
        Self { arguments, child, address: address.unwrap_or_else(|| panic!("no address in {said}")), said }
    }

    /// SIGKILL: the process is gone when this returns.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again with the same arguments, killing it first if it runs. It is where it was when they say where to
    /// listen, and goes on with what it had when they name a file.
    ///
    /// # Panics
    /// When it does not say where it is.
    pub fn restart(&mut self) {
        self.kill();
        (self.child, self.said) = launch(&self.arguments);
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
        self.kill();
    }
}

/// The process, and all it says until it is up.
fn launch(arguments: &[String]) -> (Child, String) {
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
    (child, said)
}
