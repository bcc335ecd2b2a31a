//! An example as a running program: what it prints, line by line, and that it ends with its test.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Longest it may take to say something.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running program. It is killed when this is dropped.
pub struct Program {
    child: Child,
    lines: Receiver<String>,
}

impl Program {
    /// Starts it.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let (said, lines) = channel();
        let out = BufReader::new(child.stdout.take().expect("piped"));
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| said.send(line)));
        Self { child, lines }
    }

    /// The next line it prints.
    ///
    /// # Panics
    /// When none comes.
    #[must_use]
    pub fn says(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("it says something")
    }

    /// Where it listens, by its next line: `listening on ADDRESS`.
    ///
    /// # Panics
    /// When it says something else.
    #[must_use]
    pub fn listens_on(&self) -> SocketAddr {
        self.says().strip_prefix("listening on ").expect("where it listens").parse().expect("an address")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
