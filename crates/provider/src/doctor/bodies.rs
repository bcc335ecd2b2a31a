//! A body as it may have been before something on the way wrote it anew.

use super::{Cause, Finding, Reading, layouts};

/// Longest body of which other readings are tried, in bytes; real ones are a fifth of it.
const BODY_LEN_MAX: usize = 32 * 1024;

/// Most things that are supposed to have happened to one body.
const CHANGES_MAX: usize = 3;

type Change = fn(&str) -> Option<String>;

/// What may have happened, as what has to be done to undo it; of each group one. In the order in which they are undone.
const GROUPS: &[&[(&str, Change)]] = &[
    &[("its members in the order of their names", layouts::sorted)],
    &[
        ("no white space between tokens", layouts::compact),
        ("one space behind colons and commas", layouts::spaced),
        ("an indent of two spaces", layouts::indented_by_two),
        ("an indent of four spaces", layouts::indented_by_four),
    ],
    &[("`/` where `\\/` stands", layouts::slashes_plain), ("`\\/` where `/` stands", layouts::slashes_escaped)],
    &[
        ("letters where \\uXXXX stands", layouts::letters_plain),
        ("\\uXXXX where letters stand", layouts::letters_escaped),
    ],
    &[("line feeds alone at the ends of lines", lf), ("CRLF at the ends of lines", crlf)],
    &[("no line feed at the end", unended), ("a line feed at the end", ended)],
    &[("no byte order mark", unmarked), ("a byte order mark at the start", marked)],
];

/// The body as it is, then as it may have been, the fewest changes first.
pub(crate) fn variants(body: &[u8]) -> impl Iterator<Item = Reading<Vec<u8>>> {
    let text = std::str::from_utf8(body).ok().filter(|text| text.len() <= BODY_LEN_MAX).map(str::to_owned);
    let supposed = text.into_iter().flat_map(|text| {
        combinations().into_iter().filter_map(move |changes| {
            let mut undone = text.clone();
            for (_, change) in &changes {
                // What changes nothing was tried without it.
                undone = change(&undone).filter(|new| *new != undone)?;
            }
            let words: Vec<&str> = changes.iter().map(|(words, _)| *words).collect();
            let what = format!("the body was changed on the way; what was signed has {}", words.join(", and "));
            Some(Reading::wrong(undone.into_bytes(), Finding::new(Cause::BodyChanged, what, HINT)))
        })
    });
    std::iter::once(Reading::right(body.to_vec())).chain(supposed)
}

const HINT: &str = "pass on the exact bytes received: take the raw body before anything reads it as JSON, and keep proxies from \
                    rewriting it";

/// Every choice of at most one change from each group, at most three in all, the fewest first.
fn combinations() -> Vec<Vec<(&'static str, Change)>> {
    let mut all: Vec<Vec<(&'static str, Change)>> = vec![Vec::new()];
    for group in GROUPS {
        let more: Vec<_> = all
            .iter()
            .filter(|chosen| chosen.len() < CHANGES_MAX)
            .flat_map(|chosen| group.iter().map(move |change| [chosen.as_slice(), &[*change]].concat()))
            .collect();
        all.extend(more);
    }
    all.retain(|chosen| !chosen.is_empty());
    all.sort_by_key(Vec::len);
    all
}

fn lf(text: &str) -> Option<String> {
    Some(text.replace("\r\n", "\n"))
}

fn crlf(text: &str) -> Option<String> {
    Some(lf(text)?.replace('\n', "\r\n"))
}

fn unended(text: &str) -> Option<String> {
    Some(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn ended(text: &str) -> Option<String> {
    Some(format!("{}\n", unended(text)?))
}

fn unmarked(text: &str) -> Option<String> {
    Some(text.trim_start_matches('\u{feff}').to_owned())
}

fn marked(text: &str) -> Option<String> {
    Some(format!("\u{feff}{}", unmarked(text)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_itself_comes_first_and_none_comes_twice_with_one_change() {
        let body = br#"{"b":"\/","a":1}"#;
        let variants: Vec<_> = variants(body).collect();
        assert_eq!(variants[0].read, body);
        assert!(variants[0].mistakes.is_empty());
        let single: Vec<_> =
            variants[1..].iter().filter(|variant| !variant.mistakes[0].what.contains(", and ")).collect();
        for (at, one) in single.iter().enumerate() {
            assert!(single[at + 1..].iter().all(|other| other.read != one.read), "{:?}", one.mistakes);
        }
    }

    #[test]
    fn what_is_too_long_or_no_text_is_only_read_as_it_is() {
        for body in [vec![b'a'; BODY_LEN_MAX + 1], vec![0xff]] {
            assert_eq!(variants(&body).count(), 1);
        }
    }
}
