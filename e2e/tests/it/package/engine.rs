//! A container engine with images and containers of its own, which go with it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// podman, in a folder of its own.
pub(super) struct Engine {
    home: TempDir,
}

impl Engine {
    pub(super) fn new() -> Self {
        Self { home: tempfile::tempdir().expect("a temporary folder") }
    }

    /// What podman prints when it is given these words; it has to go well.
    #[track_caller]
    pub(super) fn runs(&self, words: &[&str]) -> String {
        let output = self.command().args(words).stdin(Stdio::null()).output();
        let Output { status, stdout, stderr } =
            output.unwrap_or_else(|error| panic!("podman cannot be run: {error}; hint: apt-get install podman runc"));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(status.success(), "podman {}\n{}{}", words.join(" "), text(&stdout), text(&stderr));
        text(&stdout)
    }

    /// Builds `Dockerfile` as it stands, up to its last stage; what its first stage would have made stands in `made`.
    pub(super) fn build(&self, dockerfile: &Path, made: &Path) {
        let context = self.home.path().join("empty");
        std::fs::create_dir_all(&context).expect("a fresh folder can be written");
        let (dockerfile, made) = (dockerfile.display().to_string(), format!("build={}", made.display()));
        let context = context.display().to_string();
        self.runs(&[
            "build",
            "--quiet",
            "--isolation",
            "chroot",
            "--build-context",
            &made,
            "--tag",
            "payhook",
            "--file",
            &dockerfile,
            &context,
        ]);
    }

    fn command(&self) -> Command {
        let mut command = Command::new("podman");
        for (option, folder) in [("--root", "images"), ("--runroot", "run"), ("--tmpdir", "tmp")] {
            command.arg(option).arg(self.home.path().join(folder));
        }
        // No overlay in an overlay, no service manager to ask for groups; runc knows every arrangement of them.
        command.args(["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--runtime", "runc"]);
        command.args(["--events-backend", "none", "--log-level", "error"]);
        command
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.command().args(["rm", "--all", "--force", "--volumes", "--time", "0"]).output();
        let _ = self.command().args(["rmi", "--all", "--force"]).output();
    }
}
