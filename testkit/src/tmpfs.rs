//! A small disk that really fills up: a tmpfs of a given size.
//!
//! Mounting takes root. Without it, a test runs itself again in a namespace of its own, where it is root; where the
//! kernel forbids that too, it says so and fails, since a skipped proof would look like a kept promise.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// Set in the copy of a test that runs in its own namespace.
const INSIDE: &str = "PAYHOOK_TMPFS_NAMESPACE";

/// A mounted tmpfs; unmounted when dropped.
#[derive(Debug)]
pub struct Tmpfs {
    folder: TempDir,
}

impl Tmpfs {
    /// Mounts one of `bytes` bytes.
    ///
    /// # Errors
    /// What `mount` says.
    pub fn mount(bytes: u64) -> Result<Self, String> {
        let folder = TempDir::new().map_err(|error| format!("no temporary folder: {error}"))?;
        let output = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "payhook-test"])
            .arg(folder.path())
            .output()
            .map_err(|error| format!("mount cannot be run: {error}"))?;
        if output.status.success() {
            Ok(Self { folder })
        } else {
            Err(format!("a tmpfs cannot be mounted: {}", String::from_utf8_lossy(&output.stderr).trim()))
        }
    }

    /// Where it is mounted.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        // Lazily: a process that is just being killed may still hold a file in it.
        let _ = Command::new("umount").arg("--lazy").arg(self.folder.path()).status();
    }
}

/// Runs `proof` with a tmpfs of `bytes` bytes, in a namespace of its own if need be. `test` is the path of the calling
/// test as its harness knows it, such as `disk_full::only_503_until_there_is_room`.
///
/// # Panics
/// When neither way to mount is allowed here, or the proof fails.
pub fn with_small_disk(test: &str, bytes: u64, proof: impl FnOnce(&Tmpfs)) {
    match Tmpfs::mount(bytes) {
        Ok(disk) => proof(&disk),
        Err(why) if std::env::var_os(INSIDE).is_some() => panic!("{why}, not even in a namespace of its own"),
        Err(why) => run_in_namespace(test, &why),
    }
}

fn run_in_namespace(test: &str, why: &str) {
    let program = std::env::current_exe().expect("a running program has a path");
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount"])
        .arg(program)
        .args(["--exact", test, "--nocapture", "--include-ignored"])
        .env(INSIDE, "1")
        .output();
    let output = output.unwrap_or_else(|error| panic!("{why}; and unshare cannot be run: {error}"));
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "{why}; in a namespace of its own: {said}");
    assert!(said.contains("1 passed"), "{test} is not the path of the calling test: {said}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_small_disk_fills_and_empties() {
        with_small_disk("tmpfs::tests::the_small_disk_fills_and_empties", 1 << 20, |disk| {
            let ballast = disk.path().join("ballast");
            let error = std::fs::write(&ballast, vec![1; 2 << 20]).unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
            std::fs::remove_file(&ballast).unwrap();
            std::fs::write(disk.path().join("small"), [1; 4096]).unwrap();
        });
    }
}
