//! Every Rust file opens with one sentence that says what it is responsible for.

use super::Problem;
use super::sources::Source;

pub(crate) fn check(source: &Source) -> Vec<Problem> {
    let opens = source.text.lines().next().is_some_and(|line| line.starts_with("//! ") && line.len() > "//! a b".len());
    if !source.is_rust() || opens {
        return Vec::new();
    }
    vec![source.problem(1, "no opening sentence; begin the file with `//!` and its one responsibility")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_needs_a_sentence_first() {
        let file = |text: &str| Source { path: "crates/x/src/a.rs".to_owned(), text: text.to_owned() };
        assert!(check(&file("//! Says what it is for.\n")).is_empty());
        assert_eq!(check(&file("use std::fmt;\n//! Too late.\n")).len(), 1);
        assert_eq!(check(&file("//!\n")).len(), 1);
    }
}
