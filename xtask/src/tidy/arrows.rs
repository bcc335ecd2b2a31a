//! Which crate may know which. Any other arrow in `cargo metadata` is a problem.

use std::process::Command;

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::Problem;
use super::sources::root;

/// A crate of the product: what of ours it may know, and what of others it must not, so that it stays what it is.
struct Rule {
    package: &'static str,
    knows: &'static [&'static str],
    never: &'static [&'static str],
}

/// What reads, waits or listens: forbidden where everything is pure.
const INPUT_AND_OUTPUT: &[&str] =
    &["tokio", "hyper", "hyper-util", "rusqlite", "rustix", "socket2", "futures-util", "tracing"];

/// The product. Domain and net know nothing of ours; provider, store and destination never know each other.
const RULES: [Rule; 11] = [
    Rule { package: "payhook-domain", knows: &[], never: INPUT_AND_OUTPUT },
    Rule { package: "payhook-net", knows: &[], never: &["rusqlite"] },
    Rule { package: "payhook-provider", knows: &["payhook-domain"], never: INPUT_AND_OUTPUT },
    Rule { package: "payhook-store", knows: &["payhook-domain"], never: &["hyper", "hyper-util", "http", "axum"] },
    Rule { package: "payhook-destination", knows: &["payhook-domain", "payhook-net"], never: &["rusqlite", "axum"] },
    Rule {
        package: "payhook-gateway",
        knows: &["payhook-domain", "payhook-net", "payhook-provider", "payhook-store", "payhook-destination"],
        never: &["rusqlite", "clap"],
    },
    // The pretend provider reaches a gateway over HTTP alone.
    Rule {
        package: "payhook-sandbox",
        knows: &["payhook-domain", "payhook-net", "payhook-provider"],
        never: &["clap"],
    },
    Rule {
        package: "payhook-cli",
        knows: &[
            "payhook-domain",
            "payhook-net",
            "payhook-provider",
            "payhook-gateway",
            "payhook-sandbox",
            "payhook-example-shop",
        ],
        never: &["rusqlite", "axum"],
    },
    // Examples know what they show, and nothing else.
    Rule { package: "embedded", knows: &["payhook-gateway"], never: &["rusqlite", "hyper"] },
    Rule { package: "axum-verify", knows: &["payhook-domain", "payhook-provider"], never: &["rusqlite", "hyper"] },
    // The shop is somebody else's program: it speaks HTTP, and sees nothing of payhook.
    Rule { package: "payhook-example-shop", knows: &[], never: &["clap"] },
];

/// The workshop sees everything and is never shipped.
const WORKSHOP: [&str; 5] = ["payhook-testkit", "payhook-e2e", "payhook-bench", "powercut", "xtask"];
/// What of the workshop the product's tests may use.
const FOR_TESTS: &str = "payhook-testkit";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    path: Option<String>,
}

/// Asks cargo and judges every arrow.
pub(crate) fn check() -> anyhow::Result<Vec<Problem>> {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .context("cargo cannot be run")?;
    ensure!(cargo.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&cargo.stderr).trim());
    let metadata: Metadata = serde_json::from_slice(&cargo.stdout).context("cargo metadata was not understood")?;
    Ok(metadata.packages.iter().flat_map(judge).collect())
}

fn judge(package: &Package) -> Vec<Problem> {
    let name = package.name.as_str();
    if WORKSHOP.contains(&name) {
        return Vec::new();
    }
    let Some(rule) = RULES.iter().find(|rule| rule.package == name) else {
        return vec![package.problem(name, format!("`{name}` has no place in the house; give it one in {}", file!()))];
    };
    let wrong = package.dependencies.iter().filter(|dependency| !rule.allows(dependency));
    wrong
        .map(|dependency| {
            let other = &dependency.name;
            let message = match dependency.path {
                Some(_) => {
                    format!("`{name}` must not know `{other}`; move what it needs, or change the plan in {}", file!())
                }
                None => format!("`{name}` must stay without `{other}`; what needs it belongs to another crate"),
            };
            package.problem(other, message)
        })
        .collect()
}

impl Rule {
    fn allows(&self, dependency: &Dependency) -> bool {
        let name = dependency.name.as_str();
        let for_tests = dependency.kind.as_deref() == Some("dev");
        match dependency.path {
            Some(_) => self.knows.contains(&name) || (for_tests && name == FOR_TESTS),
            None => for_tests || !self.never.contains(&name),
        }
    }
}

impl Package {
    /// A problem at the line of the manifest that names `word`.
    fn problem(&self, word: &str, message: String) -> Problem {
        let text = std::fs::read_to_string(&self.manifest_path).unwrap_or_default();
        let line = text.lines().position(|line| line.starts_with(word)).map_or(1, |at| at + 1);
        let root = format!("{}/", root().display());
        let file = self.manifest_path.strip_prefix(&root).unwrap_or(&self.manifest_path).to_owned();
        Problem { file, line, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(package: &str, dependency: &str, kind: Option<&str>) -> usize {
        let path = dependency.starts_with("payhook-").then(|| "anywhere".to_owned());
        let dependency = Dependency { name: dependency.to_owned(), kind: kind.map(str::to_owned), path };
        let name = package.to_owned();
        judge(&Package { name, manifest_path: "Cargo.toml".to_owned(), dependencies: vec![dependency] }).len()
    }

    #[test]
    fn only_the_planned_arrows_are_allowed() {
        assert_eq!(problems("payhook-gateway", "payhook-store", None), 0);
        assert_eq!(problems("payhook-provider", "payhook-store", None), 1);
        assert_eq!(problems("payhook-cli", "payhook-store", None), 1);
        assert_eq!(problems("payhook-cli", "payhook-testkit", Some("dev")), 0);
        assert_eq!(problems("payhook-cli", "payhook-testkit", None), 1);
        assert_eq!(problems("payhook-domain", "tokio", None), 1);
        assert_eq!(problems("payhook-provider", "tokio", Some("dev")), 0);
        assert_eq!(problems("payhook-newcomer", "serde", None), 1);
        assert_eq!(problems("payhook-example-shop", "payhook-net", None), 1);
        assert_eq!(problems("payhook-example-shop", "payhook-testkit", Some("dev")), 0);
    }
}
