//! The Debian packages, made by cargo-deb from the binary under test, in a folder as a user has it after a build.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use payhook_testkit::binary;

use crate::pages::root;

/// The package as the pages call it.
pub(crate) const PACKAGE: &str = "target/debian/payhook_0.1.0-1_amd64.deb";

/// The one an upgrade leads to.
const NEXT: &str = "target/debian/payhook_0.2.0-1_amd64.deb";

/// A copy of the source after a build, as far as the pages ask for it: the binary, the unit, a package of this version and
/// one that takes itself for the next.
pub(crate) fn source() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join("source");
        let unit = "contrib/systemd/payhook.service";
        put(&binary::payhook(), &source.join("target/dist/payhook"));
        put(&root().join(unit), &source.join(unit));
        for package in [PACKAGE, NEXT] {
            build(&source, &here(package));
        }
        source
    })
}

/// What stands on a page, on this architecture.
pub(crate) fn here(command: &str) -> String {
    let architecture = if std::env::consts::ARCH == "aarch64" { "arm64" } else { "amd64" };
    command.replace("amd64", architecture)
}

fn build(source: &Path, package: &str) {
    let version = package.split('_').nth(1).expect("name_version_architecture");
    // It removes older packages from its own folder, so each is made in another and put beside the others.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
    put(&binary::payhook(), &target.join("release/payhook"));
    let made = Command::new("cargo")
        .args(["deb", "--quiet", "--no-build", "--no-strip", "--fast", "--offline", "--package", "payhook-cli"])
        .args(["--deb-version", version])
        .current_dir(root())
        .env("CARGO_TARGET_DIR", &target)
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "no package; hint: cargo install cargo-deb --locked\n{said}");
    put(&target.join(package.trim_start_matches("target/")), &source.join(package));
}

fn put(from: &Path, to: &Path) {
    let folder = to.parent().expect("a file lies in a folder");
    let put = std::fs::create_dir_all(folder).and_then(|()| std::fs::copy(from, to));
    put.unwrap_or_else(|error| panic!("{} as {}: {error}", from.display(), to.display()));
}
