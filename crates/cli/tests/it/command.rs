//! Runs the binary in a folder, with an environment of its own.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// One run of `payhook`, not started yet.
pub(crate) struct Payhook(Command);

/// What a run said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// `payhook` with these words, in `folder`, with an empty environment.
pub(crate) fn payhook(folder: &Path, words: &str) -> Payhook {
    let mut command = Command::new(env!("CARGO_BIN_EXE_payhook"));
    command.current_dir(folder).env_clear().args(words.split_whitespace());
    Payhook(command)
}

impl Payhook {
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    /// With standard output led into this file.
    pub(crate) fn onto(mut self, file: &str) -> Self {
        self.0.stdout(std::fs::OpenOptions::new().write(true).open(file).expect("a file to write to"));
        self
    }

    pub(crate) fn run(mut self) -> Said {
        let Output { status, stdout, stderr } = self.0.output().expect("the binary runs");
        let text = |bytes| String::from_utf8(bytes).expect("the binary speaks UTF-8");
        Said { code: status.code().expect("it ended by itself"), out: text(stdout), err: text(stderr) }
    }
}

impl Said {
    /// The output of a run that went well and complained of nothing.
    #[track_caller]
    pub(crate) fn fine(self) -> String {
        assert_eq!((self.code, self.complaints()), (0, Vec::new()), "{self:?}");
        self.out
    }

    /// The same as JSON.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let out = self.fine();
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    }

    /// The complaint of a run that ended with `code`: nothing on stdout, on stderr one line that holds `what` and a
    /// hint that holds `hint`.
    #[track_caller]
    pub(crate) fn complains(self, code: i32, what: &str, hint: &str) {
        let lines = self.complaints();
        let [said, hinted] = lines.as_slice() else { panic!("not one complaint: {self:?}") };
        assert_eq!((self.code, self.out.as_str()), (code, ""), "{self:?}");
        let stop = said.ends_with('.') && !said.ends_with("...");
        assert!(said.starts_with("error: ") && said.contains(what) && !stop, "{self:?}");
        assert!(hinted.starts_with(" hint: ") && hinted.contains(hint), "{self:?}");
    }

    /// The lines on stderr, without the doubt about the disk that the tests run on: it may be in memory, or a container's.
    fn complaints(&self) -> Vec<&str> {
        let mut lines: Vec<_> = self.err.lines().collect();
        if let Some(doubt) = lines.iter().position(|line| line.contains(": the store would be ")) {
            lines.drain(doubt..lines.len().min(doubt + 2));
        }
        lines
    }
}
