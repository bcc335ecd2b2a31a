//! A machine of its own: this one's files under a layer that is thrown away, with a service manager that really runs.
//!
//! A service that is only described is not known to start. `systemd-nspawn` boots this machine's own system once more, in
//! namespaces of its own and without a network but loopback; whatever is installed or broken in it is gone afterwards. It
//! takes root, an overlay and a tmpfs; where they cannot be had, it says so and fails.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::process;
use crate::shell::Shell;

/// Longest it may take to boot.
const BOOT_MAX: Duration = Duration::from_secs(60);

/// Most that may be written in it, in bytes. The gateway keeps half a gigabyte free.
const LAYER_BYTES: u64 = 2 << 30;

/// What a shell in it finds its programs by.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A running machine. It is switched off when this is dropped.
pub struct Machine {
    boot: Child,
    leader: u32,
    _layer: Layer,
}

impl Machine {
    /// Boots one in which this folder can be read at `/mnt`.
    ///
    /// # Panics
    /// When that is not possible here; the message says what is missing.
    #[must_use]
    pub fn boot(shared: &Path) -> Self {
        let layer = Layer::over_this_machine();
        let socket = layer.folder.path().join("notify");
        let told = UnixDatagram::bind(&socket).expect("a socket in a fresh folder");
        let log = layer.folder.path().join("boot.log");
        let out = std::fs::File::create(&log).expect("the log can be written");
        let errors = out.try_clone().expect("a second handle");
        let boot = Command::new("systemd-nspawn")
            .args(["--quiet", "--register=no", "--keep-unit", "--private-network", "--notify-ready=yes"])
            .args(["--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=pipe"])
            .arg(format!("--machine=payhook-{}", std::process::id()))
            .arg(format!("--directory={}", layer.root().display()))
            .arg(format!("--bind-ro={}:/mnt", shared.display()))
            // No more than a service needs: what else is installed here stays off.
            .args(["--boot", "--", "--unit=sysinit.target"])
            .env("NOTIFY_SOCKET", &socket)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(errors)
            .spawn();
        let boot = boot.unwrap_or_else(|error| {
            panic!("systemd-nspawn cannot be run: {error}; hint: apt-get install systemd-container")
        });
        let mut machine = Self { boot, leader: 0, _layer: layer };
        machine.leader = machine.ready(&told).unwrap_or_else(|| {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            panic!("no machine could be booted; it takes root and a kernel that lets it:\n{said}")
        });
        machine
    }

    /// A shell of its administrator.
    #[must_use]
    pub fn shell(&self) -> Shell {
        let leader = self.leader.to_string();
        Shell::new(Path::new("/"), move || {
            let mut command = Command::new("nsenter");
            command.args(["--target", &leader, "--all", "/usr/bin/env", "-i"]);
            command.args([&format!("PATH={PATH}"), "HOME=/", "LANG=C.UTF-8", "/bin/sh"]);
            command
        })
    }

    /// Waits until it has booted; the process that is its first.
    fn ready(&mut self, told: &UnixDatagram) -> Option<u32> {
        told.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout that is not zero");
        let (began, mut leader, mut buffer) = (Instant::now(), None, [0; 4096]);
        while began.elapsed() < BOOT_MAX && matches!(self.boot.try_wait(), Ok(None)) {
            let Ok(length) = told.recv(&mut buffer) else { continue };
            let text = String::from_utf8_lossy(&buffer[..length]);
            let named = text.lines().find_map(|line| line.strip_prefix("X_NSPAWN_LEADER_PID="));
            leader = named.and_then(|pid| pid.parse().ok()).or(leader);
            if text.lines().any(|line| line == "READY=1") && leader.is_some() {
                return leader;
            }
        }
        None
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // Without its first process none of the others can be; one whose booter alone is killed runs on for ever.
        if self.leader != 0 {
            process::signal(self.leader, libc::SIGKILL);
        }
        let _ = self.boot.kill();
        let _ = self.boot.wait();
    }
}

/// This machine's files, and above them a layer in memory.
struct Layer {
    folder: TempDir,
}

impl Layer {
    fn over_this_machine() -> Self {
        let folder = TempDir::new().expect("the machine has a temporary folder");
        let memory = folder.path().join("layer");
        std::fs::create_dir(&memory).expect("a fresh folder can be written");
        let layer = Self { folder };
        mount(&["-t", "tmpfs", "-o", &format!("size={LAYER_BYTES}"), "payhook-layer"], &memory);
        for part in ["above", "work", "root"] {
            std::fs::create_dir(memory.join(part)).expect("a fresh tmpfs can be written");
        }
        let (above, work) = (memory.join("above"), memory.join("work"));
        let options = format!("lowerdir=/,upperdir={},workdir={}", above.display(), work.display());
        mount(&["-t", "overlay", "-o", &options, "payhook-machine"], &layer.root());
        // Images for containers forbid packages to start and stop services; a machine does not.
        let _ = std::fs::remove_file(layer.root().join("usr/sbin/policy-rc.d"));
        layer
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("layer/root")
    }
}

impl Drop for Layer {
    fn drop(&mut self) {
        // Lazily: what was just killed may still hold a file.
        for mounted in [self.root(), self.folder.path().join("layer")] {
            let _ = Command::new("umount").arg("--lazy").arg(mounted).stderr(Stdio::null()).status();
        }
    }
}

fn mount(options: &[&str], at: &Path) {
    let output = Command::new("mount").args(options).arg(at).output();
    let output = output.unwrap_or_else(|error| panic!("mount cannot be run: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "a machine of its own takes root, to mount: {}", said.trim());
}
