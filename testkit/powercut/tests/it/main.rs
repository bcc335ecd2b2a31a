//! The shim against the programs it is for: plain files, and SQLite as payhook builds it.
//!
//! Each test runs this very program again under the shim, with the name of a victim: [`victim`] below.

#![allow(clippy::unwrap_used, reason = "all of this is test code, the victims too")]
#![allow(clippy::disallowed_methods, reason = "a test that runs programs reads the environment and the clock")]
#![allow(clippy::print_stdout, reason = "the victim tells its test by its output what it holds to be durable")]

mod files;
mod sqlite;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use payhook_testkit::powercut::PowerCut;

/// The variable that makes this program a victim.
const VICTIM: &str = "POWERCUT_VICTIM";

/// Not a test: the program that runs under the shim when one of the tests asks for it.
#[test]
fn victim() {
    match std::env::var(VICTIM).as_deref() {
        Err(_) => {}
        Ok("files") => files::victim(),
        Ok("names") => files::renaming_victim(),
        Ok("pair") => files::pair_victim(),
        Ok(mode) => sqlite::victim(mode),
    }
}

/// A victim at work in a folder.
struct Victim {
    child: Child,
    output: BufReader<ChildStdout>,
    shim: PowerCut,
}

impl Victim {
    fn start(name: &str, folder: &Path) -> Self {
        let shim = PowerCut::over(folder);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "victim", "--nocapture", "--quiet"])
            .current_dir(folder)
            .env(VICTIM, name)
            .envs(shim.environment())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output, shim }
    }

    /// Reads on until the victim says `word` and returns what follows it.
    fn says(&mut self, word: &str) -> String {
        let mut line = String::new();
        while self.output.read_line(&mut line).unwrap() > 0 {
            if let Some(at) = line.find(word) {
                return line[at + word.len()..].trim().to_owned();
            }
            line.clear();
        }
        panic!("the victim ended without saying {word:?}");
    }

    /// Everything it had said after `word` by the time it died.
    fn dies(mut self, word: &str) -> Vec<u32> {
        let lines = self.output.lines().map(Result::unwrap);
        let said =
            lines.filter_map(|line| line.split_once(word).and_then(|(_, rest)| rest.trim().parse().ok())).collect();
        assert!(!self.child.wait().unwrap().success(), "a cut kills");
        said
    }
}

/// Sleeps for ever: what a victim does once it waits for its end.
fn wait_for_the_end() -> ! {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("no cut came")
}
