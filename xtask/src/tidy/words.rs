//! Words that do not belong in a committed file: unfinished work, and paths of the machine it was written on.

use super::Problem;
use super::sources::Source;

/// A word, where it is looked for, and what to do about it.
type Word = (&'static str, fn(&Source) -> bool, &'static str);

/// The words. They are cut in two so that this file may hold them.
const WORDS: [Word; 7] = [
    (concat!("TO", "DO"), anywhere, "finish it, or leave it out"),
    (concat!("FIX", "ME"), anywhere, "finish it, or leave it out"),
    (concat!("to", "do!("), anywhere, "finish it, or leave it out"),
    (concat!("/wo", "rk/"), anywhere, "a path of one machine; make it relative, or take it from the environment"),
    (concat!("/ro", "ot/"), anywhere, "a path of one machine; make it relative, or take it from the environment"),
    (concat!("/ho", "me/"), anywhere, "a path of one machine; make it relative, or take it from the environment"),
    (concat!("/t", "mp/"), Source::is_product, "take a temporary folder from the system"),
];

pub(crate) fn check(source: &Source) -> Vec<Problem> {
    if is_not_ours(&source.path) {
        return Vec::new();
    }
    let mut problems = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        let found = WORDS.iter().filter(|(word, applies, _)| applies(source) && holds(line, word));
        problems.extend(found.map(|(word, _, cure)| source.problem(number + 1, format!("`{word}`: {cure}"))));
    }
    problems
}

/// Whether the line holds the word, not merely as a part of a longer one.
fn holds(line: &str, word: &str) -> bool {
    let part_of_word = |character: Option<char>| character.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        let bare = word.chars().all(char::is_alphabetic);
        let (before, after) = (line[..at].chars().next_back(), line[at + word.len()..].chars().next());
        !(part_of_word(before) || bare && part_of_word(after))
    })
}

/// Inputs are kept as they came, and the lock file is cargo's.
fn is_not_ours(path: &str) -> bool {
    path == "Cargo.lock" || path.starts_with("fuzz/corpus/") || path.contains("/fixtures/")
}

fn anywhere(_: &Source) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_work_and_machine_paths_are_found() {
        let found = |path: &str, text: &str| check(&Source { path: path.to_owned(), text: text.to_owned() }).len();
        assert_eq!(found("README.md", concat!("fine\n// TO", "DO later")), 1);
        assert_eq!(found("a.rs", concat!("to", "do!(\"x\")")), 1);
        assert_eq!(found("a.md", "a MASTODON is no such word"), 0);
        assert_eq!(found("a.sh", concat!("cd /ro", "ot/here")), 1);
        assert_eq!(found("crates/x/src/a.rs", concat!("\"/t", "mp/x\"")), 1);
        assert_eq!(found("testkit/src/a.rs", concat!("\"/t", "mp/x\"")), 0);
    }
}
