//! Files that can be read in one sitting, functions that fit a screen.

use super::Problem;
use super::code::functions;
use super::sources::Source;

/// Longest Rust file, in lines, tests included.
const FILE_LINES_MAX: usize = 500;
/// Longest function of the product, in lines.
const FUNCTION_LINES_MAX: usize = 80;

pub(crate) fn check(source: &Source) -> Vec<Problem> {
    if !source.is_rust() {
        return Vec::new();
    }
    let lines = source.text.lines().count();
    let mut problems = Vec::new();
    if lines > FILE_LINES_MAX {
        let message = format!("{lines} lines, at most {FILE_LINES_MAX}; split it by responsibility");
        problems.push(source.problem(FILE_LINES_MAX + 1, message));
    }
    if source.is_product() {
        let long = functions(&source.text).into_iter().filter(|function| function.lines > FUNCTION_LINES_MAX);
        problems.extend(long.map(|function| {
            let (name, lines) = (&function.name, function.lines);
            let message = format!("`{name}` has {lines} lines, at most {FUNCTION_LINES_MAX}; name its steps");
            source.problem(function.line, message)
        }));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_and_long_functions_are_found() {
        let steps = |count| format!("fn long() {{\n{}}}\n", "    step();\n".repeat(count));
        let file = |text: String| Source { path: "crates/x/src/a.rs".to_owned(), text };
        assert!(check(&file(steps(FUNCTION_LINES_MAX - 2))).is_empty());
        assert_eq!(check(&file(steps(FUNCTION_LINES_MAX - 1))).len(), 1);
        assert_eq!(check(&file(steps(FILE_LINES_MAX))).len(), 2);
    }
}
