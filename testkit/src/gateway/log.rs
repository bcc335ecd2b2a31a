//! What the gateway's process writes to stderr, line by line, kept for tests to search.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::process::ChildStderr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

/// Log lines kept; older ones are dropped. A minute of a fast machine's load writes a hundred thousand.
const LOG_LINES_MAX: usize = 400_000;

/// The log of one run.
#[derive(Default)]
pub(super) struct Log {
    lines: Mutex<Lines>,
    grown: Condvar,
}

#[derive(Default)]
struct Lines {
    kept: VecDeque<String>,
    ended: bool,
}

impl Log {
    /// Reads on until the process closes it.
    pub(super) fn follow(stderr: ChildStderr) -> Arc<Self> {
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

    /// The lines that are JSON.
    pub(super) fn json(&self) -> Vec<Value> {
        self.lines().kept.iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of it, as written.
    pub(super) fn text(&self) -> String {
        self.lines().kept.iter().fold(String::new(), |text, line| text + line + "\n")
    }

    /// The first line that is wanted, as soon as it is there; nothing after `patience`, or when the log has ended.
    pub(super) fn find(&self, patience: Duration, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        let seek = |lines: &Lines| {
            lines.kept.iter().filter_map(|line| serde_json::from_str(line).ok()).find(|line| wanted(line))
        };
        let waiting =
            self.grown.wait_timeout_while(self.lines(), patience, |lines| seek(lines).is_none() && !lines.ended);
        seek(&waiting.unwrap_or_else(PoisonError::into_inner).0)
    }
}

/// A field of a log line, whether the line is flat or keeps its fields under `fields`.
pub(super) fn field<'a>(line: &'a Value, name: &str) -> Option<&'a str> {
    line.get(name).or_else(|| line.get("fields")?.get(name)).and_then(Value::as_str)
}
