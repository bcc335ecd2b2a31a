//! A shell somebody types into: where it stands is kept from one command to the next.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// What the shell says after a command, to tell where it stands now.
const STANDS: &str = "stands in ";

/// Between two looks at what a command says.
const GLANCE: Duration = Duration::from_millis(50);

/// A shell, here or elsewhere.
pub struct Shell {
    /// Where it stands.
    folder: PathBuf,
    /// Makes the command that runs `/bin/sh`.
    program: Box<dyn Fn() -> Command>,
}

impl Shell {
    /// One that stands in `folder`. `program` runs `/bin/sh` with whatever arguments are added.
    #[must_use]
    pub fn new(folder: &Path, program: impl Fn() -> Command + 'static) -> Self {
        Self { folder: folder.to_owned(), program: Box::new(program) }
    }

    /// Where it stands.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Types a command; how it ended, what it printed and what it complained of.
    ///
    /// # Panics
    /// When there is no shell.
    pub fn types(&mut self, command: &str) -> (Option<i32>, String, String) {
        let folder = self.folder.display();
        let script = format!("cd '{folder}' || exit\n{command}\ncode=$?; echo; echo \"{STANDS}$PWD\"; exit $code");
        let output = (self.program)().args(["-c", &script]).stdin(Stdio::null()).output();
        let Output { status, stdout, stderr } = output.expect("there is a shell");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let (said, stands) = (text(stdout), format!("\n{STANDS}"));
        let (said, stands) = said.rsplit_once(&stands).unwrap_or((&said, ""));
        if !stands.is_empty() {
            self.folder = PathBuf::from(stands.trim_end());
        }
        (status.code(), said.to_owned(), text(stderr))
    }

    /// Types a command that has to go well; returns what it printed.
    ///
    /// # Panics
    /// When it does not go well.
    #[track_caller]
    pub fn runs(&mut self, command: &str) -> String {
        let (code, out, err) = self.types(command);
        assert_eq!(code, Some(0), "{command}\n{out}\n{err}");
        out
    }

    /// Types a command that has to end with `code`; returns what it printed and what it complained of.
    ///
    /// # Panics
    /// When it ends otherwise.
    #[track_caller]
    pub fn fails(&mut self, command: &str, code: i32) -> String {
        let (ended, out, err) = self.types(command);
        assert_eq!(ended, Some(code), "{command}\n{out}\n{err}");
        out + &err
    }

    /// Types a command again and again, until it says what is wanted.
    ///
    /// # Panics
    /// When it does not within `patience`.
    #[track_caller]
    pub fn until(&mut self, patience: Duration, command: &str, wanted: impl Fn(&str) -> bool) {
        let began = Instant::now();
        loop {
            let said = self.runs(command);
            if wanted(&said) {
                return;
            }
            assert!(began.elapsed() < patience, "{command} says {said}");
            std::thread::sleep(GLANCE);
        }
    }
}
