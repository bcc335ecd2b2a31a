//! The programs that ask packages: installed once, started per test, one line out for one line in.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::pages::root;

/// Whose packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// Those of npm.
    Node,
    /// Those of PyPI.
    Python,
}

/// A running program. It ends when this is dropped.
pub(super) struct Packages {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Packages {
    /// Starts the one of a language.
    pub(super) fn start(language: Language) -> Self {
        let mut child = command(language, installed())
            .env_remove("NODE_OPTIONS")
            .env_remove("PYTHONPATH")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{language:?} cannot be run: {error}"));
        let questions = child.stdin.take().expect("piped");
        let answers = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, questions, answers }
    }

    /// Asks one question.
    ///
    /// # Panics
    /// When the program fails to answer it: a package that throws instead of signing is no result.
    pub(super) fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.questions, "{question}").expect("the program reads on");
        let mut line = String::new();
        let read = self.answers.read_line(&mut line).expect("the program writes text");
        assert!(read > 0, "the program ended at {question}");
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(answer["failed"].is_null(), "{question}\n{}", answer["failed"]);
        answer
    }
}

impl Drop for Packages {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Packages are found from the folder they are installed in, the program stands in the checkout.
fn command(language: Language, folder: &Path) -> Command {
    let programs = root().join("e2e/interop");
    let mut command;
    match language {
        Language::Node => {
            let file = programs.join("packages.mjs");
            let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            command = Command::new("node");
            command.args(["--input-type=module", "--eval", &text]);
        }
        Language::Python => {
            command = Command::new(folder.join("python/bin/python"));
            // Without leaving compiled files in the checkout.
            command.arg("-B").arg(programs.join("packages.py"));
        }
    }
    command.current_dir(folder);
    command
}

/// The folder with the packages, installed now when they are not there.
fn installed() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop");
        let output = Command::new(root().join("e2e/interop/install")).arg(&folder).stdin(Stdio::null()).output();
        let output = output.unwrap_or_else(|error| panic!("e2e/interop/install cannot be run: {error}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        folder
    })
}
