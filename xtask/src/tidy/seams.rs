//! What a merge left undone: both sides stand in the file, and documents with them still pass every other check.

use super::Problem;
use super::sources::Source;

pub(crate) fn check(source: &Source) -> Vec<Problem> {
    let marks = source.text.lines().enumerate().filter(|(_, line)| is_mark(line));
    marks.map(|(at, _)| source.problem(at + 1, "a merge stopped here: choose, and take the mark out")).collect()
}

fn is_mark(line: &str) -> bool {
    ["<".repeat(7), ">".repeat(7)]
        .iter()
        .any(|mark| line.strip_prefix(mark.as_str()).is_some_and(|rest| rest.starts_with(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_marks_of_a_merge_are_found_and_nothing_else() {
        let text = format!("a\n{} HEAD\nb\n=======\nc\n{} other\n<<<<<<\n", "<".repeat(7), ">".repeat(7));
        let found: Vec<_> =
            check(&Source { path: "docs/a.md".to_owned(), text }).iter().map(|problem| problem.line).collect();
        assert_eq!(found, [2, 6]);
    }
}
