//! `lib.rs` and `mod.rs` are door signs: what is here, the seam's trait, delegation, re-exports, and no logic.

use super::Problem;
use super::code::functions;
use super::sources::Source;

/// Longest function at a door, in lines: room for a sentence of delegation, not for a decision.
const LINES_MAX: usize = 14;

pub(crate) fn check(source: &Source) -> Vec<Problem> {
    let is_door = source.path.ends_with("/mod.rs") || source.path.ends_with("/lib.rs");
    if !is_door || !source.is_product() {
        return Vec::new();
    }
    let tests = source.text.lines().position(|line| line.trim() == "#[cfg(test)]").unwrap_or(usize::MAX);
    let rooms = functions(&source.text).into_iter().filter(|function| function.line <= tests);
    let long = rooms.filter(|function| function.lines > LINES_MAX);
    long.map(|function| {
        let (name, lines) = (&function.name, function.lines);
        source.problem(
            function.line,
            format!("`{name}` has {lines} lines at a door, at most {LINES_MAX}; give it a room of its own"),
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_function_at_a_door_is_found_and_in_a_room_is_not() {
        let text = format!("//! A door.\nfn long() {{\n{}}}\n", "    step();\n".repeat(LINES_MAX));
        let file = |path: &str| Source { path: path.to_owned(), text: text.clone() };
        assert_eq!(check(&file("crates/x/src/lib.rs"))[0].line, 2);
        assert!(check(&file("crates/x/src/room.rs")).is_empty());
    }
}
