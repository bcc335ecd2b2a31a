//! What can be looked at where no gateway runs: the files, the disk, and what a start would make of the store.

use payhook_store::Shape;

use super::finding::Finding;
use super::{files, told};
use crate::config::Store;

/// Looks at the store's files, which are only read.
#[must_use]
pub fn alone(store: &Store) -> Vec<Finding> {
    let mut findings = files::look(&store.path);
    findings.push(room(store));
    if store.path.exists() {
        findings
            .push(schema(payhook_store::inspect(&store.path).map_err(|error| (error.to_string(), error.is_damaged()))));
    }
    findings
}

fn room(store: &Store) -> Finding {
    let free = payhook_store::free_bytes(&store.path);
    let (told, reserve) = (told::bytes(free), told::bytes(store.reserve_bytes));
    if free < store.reserve_bytes {
        let what = format!("{told} free on the store's disk, and {reserve} are the reserve: nothing would be accepted");
        return Finding::problem("disk", what, "make room, or lower `reserve` of [store]");
    }
    Finding::ok("disk", format!("{told} free on the store's disk; the reserve is {reserve}"))
}

/// The error, and whether the file is damaged.
fn schema(shape: Result<Shape, (String, bool)>) -> Finding {
    match shape {
        Err((why, is_damaged)) => {
            let hint = match is_damaged {
                true => "keep a copy of the file, put the last backup in its place, and start",
                false => "use the release that wrote it, or a backup; the file was left as it is",
            };
            Finding::problem("schema", format!("the store cannot be opened: {why}"), hint)
        }
        Ok(Shape { found, ours, pending, .. }) if !pending.is_empty() => Finding::warning(
            "schema",
            format!("the next start changes the store's schema from {found} to {ours}"),
            "`payhook check` says what that means for going back",
        ),
        Ok(Shape { found, .. }) => {
            Finding::ok("schema", format!("the store has schema {found}, which this release works with"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity;

    #[test]
    fn what_a_start_would_do_to_the_file_is_told() {
        let shape = |pending: Vec<u32>| Ok(Shape { found: 1, ours: 2, pending, ..Shape::default() });
        let severity = |shape| schema(shape).severity;
        assert_eq!(severity(shape(vec![])), Severity::Ok);
        assert_eq!(severity(shape(vec![2])), Severity::Warning);
        assert_eq!(severity(Err(("another program's".to_owned(), false))), Severity::Problem);
    }

    #[test]
    fn a_reserve_above_the_free_space_is_a_problem_before_the_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = |reserve_bytes| Store {
            path: folder.path().join("payhook.db"),
            reserve_bytes,
            retention: crate::config::Retention::default(),
            backup: None,
        };
        assert_eq!(room(&store(0)).severity, Severity::Ok);
        assert_eq!(room(&store(u64::MAX)).severity, Severity::Problem);
    }
}
