//! `payhook serve` started without the test kit, which waits until it is ready: for what comes before that, and for a
//! gateway that has no file.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use payhook_testkit::process;

const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(1);

/// A process and its log. Killed when dropped.
pub(super) struct ByHand {
    child: Child,
    log: PathBuf,
}

impl ByHand {
    /// Starts it in `folder` with nothing in its environment but these.
    pub(super) fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let log = folder.join("log");
        let stderr = std::fs::File::create(&log).expect("the folder can be written");
        let child = Command::new(payhook_testkit::binary::payhook())
            .arg("serve")
            .current_dir(folder)
            .env_clear()
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()
            .expect("payhook can be run");
        Self { child, log }
    }

    pub(super) fn signal(&self, signal: i32) {
        process::signal(self.child.id(), signal);
    }

    /// Waits until the process handles SIGHUP itself; before, it would end it.
    pub(super) fn until_it_hears(&self) {
        let status = format!("/proc/{}/status", self.child.id());
        self.until("it handles SIGHUP", || {
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let mask = text.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or_default();
            u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 1 == 1)
        });
    }

    /// Waits until this stands in the log.
    pub(super) fn until_it_says(&self, text: &str) {
        self.until(text, || self.log().contains(text));
    }

    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its end, when it comes in time.
    pub(super) fn wait(&mut self) -> Option<ExitStatus> {
        let began = Instant::now();
        loop {
            match self.child.try_wait().expect("it can be waited for") {
                None if began.elapsed() < PATIENCE => std::thread::sleep(GLANCE),
                ended => return ended,
            }
        }
    }

    fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < PATIENCE, "waited for: {what}\n{}", self.log());
            std::thread::sleep(GLANCE);
        }
    }
}

impl Drop for ByHand {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
