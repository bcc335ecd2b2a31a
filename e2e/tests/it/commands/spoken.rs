//! Commands that pages mention in passing exist, and so do their flags, and the suites they name.

use std::collections::BTreeMap;

use super::commands_in;
use super::user::User;
use crate::pages::{self, block};

/// Commands that a text mentions: `words`, between backticks or at a prompt, that begin with a program.
fn mentioned(program: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    // Inside a crate a page speaks of its files.
    for page in block::pages().into_iter().filter(|page| !page.starts_with("crates/")) {
        let begin = |text: String| -> Vec<String> {
            let parts = text.split("&&").flat_map(|part| part.split('|')).map(str::trim);
            parts.filter(|part| part.starts_with(program)).map(str::to_owned).collect()
        };
        let spans = pages::spans(&page).into_iter().flat_map(begin);
        let typed = block::of(&page).into_iter().flat_map(|block| block.commands()).flat_map(begin);
        found.extend(spans.chain(typed).map(|command| (page.clone(), command)));
    }
    found
}

/// What the help of each command says, asked once.
struct Helps {
    user: User,
    known: BTreeMap<String, String>,
}

impl Helps {
    fn of(&mut self, command: &str) -> &str {
        let (user, asked) = (&mut self.user, format!("{command} --help"));
        self.known.entry(command.to_owned()).or_insert_with(|| user.runs(&asked))
    }

    /// The command that these words begin with, as far as they name one.
    fn named(&mut self, words: &[&str]) -> String {
        let mut command = "payhook".to_owned();
        for word in words.iter().skip(1) {
            if !commands_in(self.of(&command)).contains(&(*word).to_owned()) {
                break;
            }
            command = format!("{command} {word}");
        }
        command
    }
}

#[test]
fn every_flag_that_a_page_speaks_of_is_one_that_the_command_has() {
    let mut helps = Helps { user: User::new(), known: BTreeMap::new() };
    let mentioned = mentioned("payhook ");
    assert!(mentioned.len() > 100, "only {} commands were found", mentioned.len());
    let mut wrong = Vec::new();
    for (page, spoken) in mentioned {
        let words: Vec<_> = spoken.split_whitespace().collect();
        let command = helps.named(&words);
        let help = helps.of(&command);
        let flags =
            words.iter().filter(|word| word.starts_with("--")).map(|word| word.split('=').next().unwrap_or(word));
        let unknown: Vec<_> = flags.filter(|flag| !has(help, flag)).collect();
        let needs = command.split(' ').count() == 1 || (!commands_in(help).is_empty() && words.len() > 2);
        if !unknown.is_empty() || needs {
            wrong.push(format!("{page}: `{spoken}`: {command} does not know {unknown:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a help page lists this flag, and not only one that begins so.
fn has(help: &str, flag: &str) -> bool {
    let bare = flag.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
    help.split(|letter: char| letter.is_whitespace() || ",=[]<>".contains(letter)).any(|word| word == bare)
}

#[test]
fn every_suite_that_a_page_speaks_of_is_one_that_the_test_runs() {
    let script = std::fs::read_to_string(pages::root().join("test")).expect("the test is there");
    let named = script.lines().filter_map(|line| line.trim().strip_prefix("suite "));
    let mut suites: Vec<_> = named.filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    let folder = std::fs::read_dir(pages::root().join("e2e/tests/it")).expect("the suites are there");
    suites.extend(folder.filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".rs").map(str::to_owned)));
    let mentioned: Vec<_> = ["./test ", "./test-long "].into_iter().flat_map(mentioned).collect();
    assert!(mentioned.len() > 2, "{mentioned:?}");
    for (page, spoken) in mentioned {
        let unknown: Vec<_> =
            spoken.split_whitespace().skip(1).filter(|word| !suites.contains(&(*word).to_owned())).collect();
        assert!(unknown.is_empty(), "{page}: `{spoken}`: {unknown:?}");
    }
}
