//! `payhook demo` on a terminal, as somebody has it who typed it, and what its parts are asked besides.
//!
//! The terminal is a pseudo-terminal that `script` makes. Ctrl-C is typed into it when this is dropped.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use payhook_testkit::binary;
use payhook_testkit::shell::Shell;
use payhook_testkit::wire::{self, Answer};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Longest anything may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const GLANCE: Duration = Duration::from_millis(20);
/// The last thing it says before it waits for people.
const READY: &str = "Ctrl-C";
/// Ctrl-C, as a keyboard sends it.
const CTRL_C: &[u8] = b"\x03";

/// A demo that runs.
pub(super) struct Demo {
    child: Child,
    keys: ChildStdin,
    said: Arc<Mutex<String>>,
    /// Where it puts what it does not keep.
    temporary: TempDir,
}

impl Demo {
    /// Starts one, and waits until it has bought something and told what one can do now.
    pub(super) fn start() -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let demo = format!("exec {} demo --orders 1 --seed 0", binary::payhook().display());
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--flush", "--command", &demo, "/dev/null"])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("TERM", "xterm-256color")
            .env("TMPDIR", temporary.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("script cannot be run: {error}; hint: apt-get install bsdutils"));
        let keys = child.stdin.take().expect("piped");
        let said = listen(child.stdout.take().expect("piped"));
        let demo = Self { child, keys, said, temporary };
        demo.wait_for(READY);
        demo
    }

    /// What it has said until now, without its colours.
    pub(super) fn said(&self) -> String {
        let said = self.said.lock().expect("nobody fails while holding it").replace('\r', "");
        let mut parts = said.split("\x1b[");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
    }

    /// Waits until it has said that.
    pub(super) fn wait_for(&self, wanted: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.said().contains(wanted) {
            assert!(Instant::now() < until, "{wanted} was never said in\n{}", self.said());
            std::thread::sleep(GLANCE);
        }
    }

    /// The shop's front door.
    pub(super) fn shop(&self) -> String {
        self.place("shop")
    }

    /// The pretend provider's.
    pub(super) fn sandbox(&self) -> SocketAddr {
        address(&self.place("provider"))
    }

    /// Where the gateway takes notifications.
    pub(super) fn gateway(&self) -> SocketAddr {
        address(&self.place("gateway"))
    }

    /// Its folder.
    pub(super) fn folder(&self) -> PathBuf {
        self.place("files").into()
    }

    /// What stands beside this word in its introduction.
    fn place(&self, word: &str) -> String {
        let said = self.said();
        let mut lines = said.lines().map(str::split_whitespace);
        let place = lines.find_map(|mut words| (words.next() == Some(word)).then(|| words.next())).flatten();
        place.unwrap_or_else(|| panic!("no {word} in {said}")).to_owned()
    }

    /// Lets the provider's time go so many times as fast as the world's: a refund takes it a quarter of a minute.
    pub(super) fn hastens(&self, pace: u32) {
        let answer = send(self.sandbox(), "POST", "/sandbox/v1/time", &[], &json!({ "pace": pace }));
        assert!(answer.is_success(), "{}", answer.text());
    }

    /// Asks the gateway by a command, in another terminal, as the demo says one can.
    pub(super) fn asks(&self, command: &str) -> Value {
        let mut shell = Shell::new(&self.folder(), || {
            let mut shell = Command::new("/bin/sh");
            shell.env_clear();
            shell
        });
        let said = shell.runs(&format!("{} {command} --json", binary::payhook().display()));
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{command}: {error} in {said}"))
    }

    /// Types Ctrl-C; how it ended, what it had said, and whether it left nothing behind.
    pub(super) fn interrupt(mut self) -> (ExitStatus, String, bool) {
        let ended = self.end().expect("it ends in time");
        let left = std::fs::read_dir(self.temporary.path()).expect("the folder is there").count();
        (ended, self.said(), left == 0)
    }

    /// Closes its terminal, as somebody who shuts the window; whether it left nothing behind.
    pub(super) fn close_terminal(mut self) -> bool {
        self.child.kill().expect("the terminal goes");
        let until = Instant::now() + PATIENCE;
        let is_empty = || std::fs::read_dir(self.temporary.path()).expect("the folder is there").next().is_none();
        while !is_empty() && Instant::now() < until {
            std::thread::sleep(GLANCE);
        }
        is_empty()
    }

    fn end(&mut self) -> Option<ExitStatus> {
        // Nobody listens when it has ended by itself.
        let _ = self.keys.write_all(CTRL_C);
        let _ = self.keys.flush();
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return Some(status);
            }
            std::thread::sleep(GLANCE);
        }
        None
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if self.end().is_none() {
            // Its terminal goes with it, and whatever runs there is told so.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// One request to a part of it.
pub(super) fn send(to: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let headers = [&[("content-type", "application/json")], headers].concat();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    wire::call(to, &wire::request(method, path, &headers, body.as_bytes()), PATIENCE).expect("an answer")
}

/// A file of the demo's folder, which is JSON.
pub(super) fn read(path: &Path) -> Value {
    let text = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).expect("JSON")
}

fn listen(mut from: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let said = Arc::new(Mutex::new(String::new()));
    let heard = Arc::clone(&said);
    std::thread::spawn(move || {
        let (mut bytes, mut all) = ([0; 4096], Vec::new());
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            all.extend_from_slice(&bytes[..count]);
            *heard.lock().expect("nobody fails while holding it") = String::from_utf8_lossy(&all).into_owned();
        }
    });
    said
}

pub(super) fn address(url: &str) -> SocketAddr {
    let host = url.strip_prefix("http://").and_then(|rest| rest.split('/').next());
    host.and_then(|host| host.parse().ok()).unwrap_or_else(|| panic!("{url} is no address"))
}
