//! No drawers: a module's name says what is in it.

use super::Problem;
use super::sources::Source;

/// Names that say nothing about their content.
const DRAWERS: [&str; 10] =
    ["utils", "util", "helpers", "helper", "common", "core", "types", "misc", "shared", "constants"];

pub(crate) fn check(source: &Source) -> Vec<Problem> {
    if !source.is_rust() {
        return Vec::new();
    }
    let stems = source.path.split('/').map(|part| part.trim_end_matches(".rs"));
    let drawers = stems.filter(|stem| DRAWERS.contains(stem));
    drawers
        .map(|stem| source.problem(1, format!("`{stem}` is a drawer; name the module after what it holds")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawers_are_found_as_files_and_as_folders() {
        let found = |path: &str| check(&Source { path: path.to_owned(), text: String::new() }).len();
        assert_eq!(found("crates/x/src/utils.rs"), 1);
        assert_eq!(found("crates/x/src/common/money.rs"), 1);
        assert_eq!(found("crates/x/src/score.rs"), 0);
    }
}
