//! Finds what a test runs: the payhook binary, the example shop and the power-cut shim, built now unless they are named.
//!
//! What merely lies in the target folder is not trusted: `cargo test` does not renew it, and a test of yesterday's
//! binary proves nothing about today's. A build that has nothing to do takes a fraction of a second.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The payhook binary: `PAYHOOK_BIN`, as `./test` sets it; else the one cargo names to the tests of its own crate; else
/// built now, in the profile of the running test.
#[must_use]
pub fn payhook() -> PathBuf {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    let variables = ["PAYHOOK_BIN", "CARGO_BIN_EXE_payhook"];
    FOUND
        .get_or_init(|| named_or_built(&variables, "payhook", &["--package", "payhook-cli", "--bin", "payhook"]))
        .clone()
}

/// The example shop: `PAYHOOK_SHOP_BIN`, else built now.
#[must_use]
pub fn shop() -> PathBuf {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    let (name, selection) =
        ("payhook-example-shop", ["--package", "payhook-example-shop", "--bin", "payhook-example-shop"]);
    FOUND.get_or_init(|| named_or_built(&["PAYHOOK_SHOP_BIN"], name, &selection)).clone()
}

/// The power-cut shim: `POWERCUT_LIB`, else built now.
#[must_use]
pub fn powercut_library() -> PathBuf {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND
        .get_or_init(|| named_or_built(&["POWERCUT_LIB"], "libpowercut.so", &["--package", "powercut", "--lib"]))
        .clone()
}

fn named_or_built(variables: &[&str], file: &str, selection: &[&str]) -> PathBuf {
    if let Some(named) = variables.iter().find_map(std::env::var_os) {
        let named = PathBuf::from(named);
        assert!(named.is_absolute() && named.is_file(), "{} is not the absolute path of a file", named.display());
        return named;
    }
    let profile = profile_folder();
    build(selection, &profile);
    profile.join(file)
}

/// `target/debug` or `target/release`, from where this test runs: `target/debug/deps/name-hash`.
fn profile_folder() -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    let folder = test.parent().expect("a program lies in a folder");
    let inner = ["deps", "examples"].iter().any(|inner| folder.ends_with(inner));
    if inner { folder.parent().unwrap_or(folder).to_owned() } else { folder.to_owned() }
}

fn build(selection: &[&str], profile: &Path) {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("testkit lies in the workspace");
    let target = profile.parent().expect("a profile's folder lies in the target folder");
    let release = if profile.ends_with("release") { &["--release"][..] } else { &[] };
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(workspace)
        .args(["build", "--quiet"])
        .args(selection)
        .args(release)
        .arg("--target-dir")
        .arg(target)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "cargo build {} failed", selection.join(" "));
}
