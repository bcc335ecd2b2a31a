//! Finds what a test runs: the payhook binary and the power-cut shim, built once if they are nowhere.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The payhook binary: `PAYHOOK_BIN`, else the one beside the running test, else of the other profile, else built now.
///
/// A binary found beside the test is as new as the last build of it; `./test` builds one and names it.
#[must_use]
pub fn payhook() -> PathBuf {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| find("PAYHOOK_BIN", "payhook", &["--package", "payhook-cli", "--bin", "payhook"])).clone()
}

/// The power-cut shim: `POWERCUT_LIB`, else found or built in the same way.
#[must_use]
pub fn powercut_library() -> PathBuf {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| find("POWERCUT_LIB", "libpowercut.so", &["--package", "powercut", "--lib"])).clone()
}

fn find(variable: &str, file: &str, selection: &[&str]) -> PathBuf {
    if let Some(named) = std::env::var_os(variable) {
        let named = PathBuf::from(named);
        assert!(named.is_absolute() && named.is_file(), "{variable} must be the absolute path of {file}");
        return named;
    }
    let profile = profile_folder();
    let target = profile.parent().expect("a profile's folder lies in the target folder");
    let places = [profile.join(file), target.join("release").join(file), target.join("debug").join(file)];
    places.iter().find(|place| place.is_file()).cloned().unwrap_or_else(|| {
        build(selection, target);
        target.join("debug").join(file)
    })
}

/// `target/debug` or `target/release`, from where this test runs: `target/debug/deps/name-hash`.
fn profile_folder() -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    let folder = test.parent().expect("a program lies in a folder");
    let inner = ["deps", "examples"].iter().any(|inner| folder.ends_with(inner));
    if inner { folder.parent().unwrap_or(folder).to_owned() } else { folder.to_owned() }
}

fn build(selection: &[&str], target: &Path) {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("testkit lies in the workspace");
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(workspace)
        .args(["build", "--quiet"])
        .args(selection)
        .arg("--target-dir")
        .arg(target)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "cargo build {} failed", selection.join(" "));
}
