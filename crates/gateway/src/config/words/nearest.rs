//! The nearest known word to a misspelt one.

use payhook_domain::kind::Kind;

/// The word among `known` that `typed` was probably meant to be, if any is near: at most a third of its letters wrong.
pub(crate) fn nearest<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    const LEN_MAX: usize = 128;
    if typed.len() > LEN_MAX {
        return None;
    }
    let folded = fold(typed);
    let (distance, word) =
        known.into_iter().map(|word| (distance(&folded, &fold(word)), word)).min_by_key(|(distance, _)| *distance)?;
    (distance <= (word.chars().count() / 3).max(1)).then_some(word)
}

/// `hint: did you mean ...?`, or what there is to choose from.
pub(crate) fn suggestion<'k>(typed: &str, known: impl IntoIterator<Item = &'k str> + Clone) -> String {
    match nearest(typed, known.clone()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => {
            let known: Vec<_> = known.into_iter().map(|word| format!("`{word}`")).collect();
            if known.is_empty() { "there is none yet".to_owned() } else { format!("known: {}", known.join(", ")) }
        }
    }
}

/// The kind a word names, or what is said of one that names none.
pub(crate) fn kind(word: &str) -> Result<Kind, String> {
    Kind::parse(word).ok_or_else(|| no_kind(word))
}

fn no_kind(word: &str) -> String {
    let kinds = || Kind::ALL.iter().map(|kind| kind.as_str());
    let tail = |kind: &'static str| kind.split_once('.').map_or(kind, |(_, tail)| tail);
    let meant = nearest(word, kinds()).or_else(|| kinds().find(|kind| nearest(word, [tail(kind)]).is_some()));
    let hint = meant.map_or_else(String::new, |kind| format!("; did you mean {kind}?"));
    format!("no kind is called {word:?}{hint}")
}

/// Letter case and the choice of `-` or `_` are not what people mean to say.
fn fold(word: &str) -> Vec<char> {
    word.chars().map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() }).collect()
}

/// How many single-letter changes, or swaps of neighbours, lead from `a` to `b`.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let changed = last[j] + usize::from(a[i] != b[j]);
            let mut least = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_by_its_last_word_too() {
        for (word, said) in [
            ("payment.captued", "no kind is called \"payment.captued\"; did you mean payment.captured?"),
            ("capture", "no kind is called \"capture\"; did you mean payment.captured?"),
            ("CAPTURED", "no kind is called \"CAPTURED\"; did you mean payment.captured?"),
            ("giraffe", "no kind is called \"giraffe\""),
        ] {
            assert_eq!(no_kind(word), said);
        }
    }

    #[test]
    fn a_slip_finds_its_word_and_a_stranger_finds_none() {
        const KNOWN: [&str; 4] = ["public", "admin", "merchant_accounts", "tls"];
        for (typed, word) in [
            ("pubilc", Some("public")),
            ("Public", Some("public")),
            ("merchant-accounts", Some("merchant_accounts")),
            ("merchantaccount", Some("merchant_accounts")),
            ("tsl", Some("tls")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, KNOWN), word, "{typed}");
        }
    }
}
