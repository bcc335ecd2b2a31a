//! One browser, asked step by step; it ends when this is dropped. Whatever its page complains of fails the test.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::pages::root;

/// How it is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// `desktop` or `phone`.
    pub(super) width: &'static str,
    /// `light` or `dark`.
    pub(super) scheme: &'static str,
}

/// A running browser.
pub(super) struct Window {
    child: Child,
    steps: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Window {
    /// Opens one at an address.
    pub(super) fn open(base: &str, look: Look) -> Self {
        let given = json!({ "base": base, "width": look.width, "scheme": look.scheme, "shots": screenshots() });
        let mut child = Command::new("node")
            .arg(root().join("e2e/browser/main.mjs"))
            .current_dir(installed())
            .env_remove("NODE_OPTIONS")
            .env("PAYHOOK_BROWSER", given.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("node cannot be run: {error}"));
        let steps = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, steps, answers }
    }

    /// Has a step taken; what came of it.
    ///
    /// # Panics
    /// When it failed, or the page complained of anything.
    pub(super) fn step(&mut self, step: &Value) -> Value {
        writeln!(self.steps.as_ref().expect("it runs"), "{step}").expect("the browser reads on");
        let mut line = String::new();
        let read = self.answers.read_line(&mut line).expect("the browser writes text");
        assert!(read > 0, "the browser ended at {step}");
        let mut answer: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(answer["failed"].is_null(), "{step}\n{}", answer["failed"].as_str().unwrap_or_default());
        assert_eq!(answer["troubles"], json!([]), "{step}");
        answer["came"].take()
    }
}

impl Drop for Window {
    /// At the end of its steps it closes the browser, which killing it would leave behind.
    fn drop(&mut self) {
        drop(self.steps.take());
        let _ = self.child.wait();
    }
}

/// Where pictures go; empty when nobody wants any.
fn screenshots() -> String {
    let Some(folder) = std::env::var_os("PAYHOOK_SCREENSHOTS") else { return String::new() };
    std::fs::create_dir_all(&folder).expect("the folder for pictures can be made");
    std::fs::canonicalize(folder).expect("it is there").display().to_string()
}

/// The folder with the package, installed now when it is not there.
fn installed() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
        let output = Command::new(root().join("e2e/browser/install")).arg(&folder).stdin(Stdio::null()).output();
        let output = output.unwrap_or_else(|error| panic!("e2e/browser/install cannot be run: {error}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        folder
    })
}
