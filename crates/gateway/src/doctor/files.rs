//! `files`: who may read the store and what lies beside it.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::finding::Finding;
use crate::keyfile::beside;

/// What holds the events: the file and its log.
const EVENTS: [&str; 2] = ["", "-wal"];

/// What lies beside a store as it is configured, and what it holds.
const BESIDE: [(&str, &str); 2] =
    [(".token", "the token that opens the API"), (".key", "the key that seals what leaves the gateway")];

/// Bits by which others than the owner may do anything.
const OTHERS: u32 = 0o077;

/// A file that is there.
struct Seen {
    path: PathBuf,
    holds: &'static str,
    mode: u32,
    owner: u32,
}

/// Looks at the store's files. One that is not there is no matter.
pub(super) fn look(store: &Path) -> Vec<Finding> {
    // Where it is a link, the log lies beside the file it leads to.
    let real = payhook_store::real_or_as_given(store);
    let events = EVENTS.iter().map(|suffix| (beside(&real, suffix), "what customers' payments say"));
    look_at(events.chain(BESIDE.iter().map(|(suffix, holds)| (beside(store, suffix), *holds))), &real)
}

/// Looks at files of a configuration that hold keys and secrets, such as `.env`; `store` is where the database is.
#[must_use]
pub fn look_at_secrets(files: &[PathBuf], store: &Path) -> Vec<Finding> {
    look_at(files.iter().map(|path| (path.clone(), "keys and secrets")), store)
}

fn look_at(files: impl Iterator<Item = (PathBuf, &'static str)>, store: &Path) -> Vec<Finding> {
    let seen: Vec<Seen> = files.filter_map(|(path, holds)| see(path, holds)).collect();
    judge(&seen, runs_as(rustix::process::geteuid().as_raw(), owner(store)))
}

/// Whom the gateway runs as: whoever looks, unless that is root, who looks at another user's. A store is its gateway's, and
/// before there is one, its folder is.
fn runs_as(looking: u32, owner: Option<u32>) -> u32 {
    if looking == 0 { owner.unwrap_or(looking) } else { looking }
}

fn owner(store: &Path) -> Option<u32> {
    let there = store.metadata().or_else(|_| store.parent().unwrap_or(store).metadata());
    there.ok().map(|meta| meta.uid())
}

fn see(path: PathBuf, holds: &'static str) -> Option<Seen> {
    let meta = path.metadata().ok()?;
    Some(Seen { path, holds, mode: meta.permissions().mode() & 0o777, owner: meta.uid() })
}

/// The rule. What belongs to another user than the gateway's, with a mode as it should be, the gateway cannot read.
fn judge(seen: &[Seen], user: u32) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for Seen { path, holds, mode, owner } in seen {
        let path = path.display();
        if mode & OTHERS != 0 {
            let what = format!("{path} has mode {mode:04o}: others than its owner may read it, and it holds {holds}");
            findings.push(Finding::problem("files", what, format!("chmod 600 {path}")).about(path.to_string()));
        }
        if user != 0 && *owner != user {
            let what = format!(
                "{path} belongs to user {owner}, and payhook runs as {user}: it may not read it once it is started again"
            );
            let hint = format!("give it to the user the gateway runs as: chown {user} {path}");
            findings.push(Finding::warning("files", what, hint).about(path.to_string()));
        }
    }
    if findings.is_empty() {
        let names: Vec<_> = seen.iter().filter_map(|seen| seen.path.file_name()?.to_str()).collect();
        findings.push(Finding::ok("files", format!("readable by their owner alone: {}", names.join(", "))));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{Ok, Problem, Warning};

    #[test]
    fn what_others_may_read_is_a_problem_and_what_is_not_there_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("payhook.db");
        assert_eq!(look(&store)[0].severity, Ok);
        for (suffix, mode) in [("", 0o600), (".token", 0o644), (".key", 0o640)] {
            let path = beside(&store, suffix);
            std::fs::write(&path, "").expect("written");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("set");
        }
        let found = look(&store);
        let told: Vec<_> = found.iter().map(|finding| (finding.severity, finding.what.contains("0644"))).collect();
        assert_eq!(told, [(Problem, true), (Problem, false)]);
        assert_eq!(look_at_secrets(&[beside(&store, ".token")], &store).len(), 1);
        assert!(found[0].hint.as_ref().is_some_and(|hint| hint.starts_with("chmod 600 ")), "{found:?}");
    }

    #[test]
    fn a_file_of_another_user_is_told_of() {
        let seen = |owner| [Seen { path: "payhook.db".into(), holds: "payments", mode: 0o600, owner }];
        assert_eq!(judge(&seen(1_000), 1_001)[0].severity, Warning);
        assert_eq!(judge(&seen(1_000), 0)[0].severity, Ok, "a gateway of root's reads everything");
    }

    #[test]
    fn root_looks_as_the_gateway_whose_store_it_is() {
        assert_eq!(runs_as(0, Some(998)), 998);
        assert_eq!(runs_as(1_000, Some(998)), 1_000);
        let folder = tempfile::tempdir().expect("a folder");
        let mine = rustix::process::geteuid().as_raw();
        assert_eq!(owner(&folder.path().join("payhook.db")), Some(mine), "before there is a store, by its folder");
    }
}
