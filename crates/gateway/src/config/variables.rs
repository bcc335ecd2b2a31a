//! Variables: the environment and `.env`, and the door to both.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::mistakes::{Findings, Place};

/// Named texts. Wiped when dropped: most of them are secrets.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, Zeroizing<String>>);

impl Variables {
    /// The environment of this process; what is not UTF-8 counts as unset. The only place that reads it.
    #[must_use]
    pub fn of_process() -> Self {
        let texts = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, Zeroizing::new(value.into_string().ok()?))));
        Self(texts.collect())
    }

    /// These and no others.
    #[must_use]
    pub fn given(variables: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), Zeroizing::new(value.into()))).collect())
    }

    /// The value of `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.as_str())
    }

    /// Those whose names begin with `prefix`: the rest of the name, the name, the value.
    pub(super) fn with_prefix<'v>(&'v self, prefix: &'v str) -> impl Iterator<Item = (&'v str, &'v str, &'v str)> {
        self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, name.as_str(), value.as_str())))
    }

    /// These and those of the file, where that exists; what is set already stays.
    pub(super) fn with_file(mut self, path: &Path, findings: &mut Findings) -> Self {
        let text = match std::fs::read_to_string(path) {
            // As `payhook.toml`, it may begin with the mark some editors put there.
            Ok(text) => Zeroizing::new(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return self,
            Err(error) => {
                let place = Place::File(Arc::from(path));
                findings.mistake(&place, format!("cannot be read: {error}"), "check who may read it, or remove it");
                return self;
            }
        };
        let (entries, broken) = entries(&text);
        if let Some(error) = broken {
            let what = "a line that is not NAME=value";
            findings.mistake(&place_of(path, &text, &error), what, "put values with spaces or # in quotes");
        }
        tell_apart(path, &text, &entries, findings);
        for (name, value) in entries {
            self.0.entry(name).or_insert(value);
        }
        self
    }
}

/// A name and its value as the file has them.
type Entry = (String, Zeroizing<String>);

/// The file's entries up to the first line that is none, and what is wrong with that.
fn entries(text: &str) -> (Vec<Entry>, Option<dotenvy::Error>) {
    let mut entries = Vec::new();
    for entry in dotenvy::from_read_iter(text.as_bytes()) {
        match entry {
            Ok((name, value)) => entries.push((name, Zeroizing::new(value))),
            Err(error) => return (entries, Some(error)),
        }
    }
    (entries, None)
}

/// What a shell and this reader, or two readers, would understand differently is a mistake: a name with two values, of
/// which a shell takes the last, and a `$`, behind which they look for a variable.
fn tell_apart(path: &Path, text: &str, entries: &[Entry], findings: &mut Findings) {
    let place = |name: &str, nth: usize| line_of(path, text, name, nth);
    for (position, (name, value)) in entries.iter().enumerate() {
        let mut before = entries[..position].iter().filter(|(earlier, _)| earlier == name);
        let Some((_, first)) = before.next() else { continue };
        if first != value {
            let what = format!("{name} stands here a second time, with another value");
            findings.mistake(&place(name, before.count() + 1), what, "keep the one that counts");
        }
    }
    // The same text with each `$` that is not escaped as another character, which stands for nothing.
    let literal = Zeroizing::new(text.replace("\\$", "\u{1}").replace('$', DOLLAR).replace('\u{1}', "\\$"));
    let (literals, _) = self::entries(&literal);
    for (position, ((name, value), (_, literal))) in entries.iter().zip(&literals).enumerate() {
        if *Zeroizing::new(literal.replace(DOLLAR, "$")) != **value {
            let nth = entries[..position].iter().filter(|(earlier, _)| earlier == name).count();
            let what = format!("a `$` in {name} would stand for a variable");
            findings.mistake(&place(name, nth), what, "put the value in single quotes, which leave it as it is");
        }
    }
}

/// Stands for a `$` that is one.
const DOLLAR: &str = "\u{e000}";

/// Where `name` is set for the `nth` time, from 0.
fn line_of(path: &Path, text: &str, name: &str, nth: usize) -> Place {
    let sets = |line: &str| {
        let line = line.trim_start();
        let rest = line.strip_prefix("export ").unwrap_or(line).trim_start().strip_prefix(name);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let line = text.lines().enumerate().filter(|(_, line)| sets(line)).nth(nth);
    match line {
        Some((index, _)) => Place::Line(Arc::from(path), u32::try_from(index + 1).unwrap_or(u32::MAX)),
        None => Place::File(Arc::from(path)),
    }
}

/// Names only.
impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The line the reader stopped at. The error carries the rest of that line, which may be a secret, so it is only
/// compared.
fn place_of(path: &Path, text: &str, error: &dotenvy::Error) -> Place {
    let file = Arc::from(path);
    let dotenvy::Error::LineParse(wrong, _) = error else { return Place::File(file) };
    match text.lines().position(|line| line.trim_end().ends_with(wrong.trim_end())) {
        Some(index) => Place::Line(file, u32::try_from(index + 1).unwrap_or(u32::MAX)),
        None => Place::File(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_environment_wins_over_the_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(".env");
        std::fs::write(&path, "# keys\nA=file\nB='with space'\n").expect("written");
        let mut findings = Findings::default();
        let variables = Variables::given([("A", "real")]).with_file(&path, &mut findings);
        assert_eq!(variables.get("A"), Some("real"));
        assert_eq!(variables.get("B"), Some("with space"));
        assert_eq!(findings.count(), 0);
    }

    #[test]
    fn a_broken_line_is_told_by_its_number_and_not_shown() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(".env");
        std::fs::write(&path, "A=1\nB=two words\n").expect("written");
        let mut findings = Findings::default();
        let _ = Variables::default().with_file(&path, &mut findings);
        let mistakes = findings.into_result().expect_err("one mistake").to_string();
        assert!(mistakes.contains(".env:2: a line that is not NAME=value"), "{mistakes}");
        assert!(!mistakes.contains("two words"), "{mistakes}");
    }

    /// What is wrong with a file of these lines, and what is read of it.
    fn read(text: &str) -> (String, Variables) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(".env");
        std::fs::write(&path, text).expect("written");
        let mut findings = Findings::default();
        let variables = Variables::default().with_file(&path, &mut findings);
        (findings.into_result().err().map(|mistakes| mistakes.to_string()).unwrap_or_default(), variables)
    }

    #[test]
    fn a_name_with_two_values_is_a_mistake_and_with_one_twice_is_none() {
        let (mistakes, _) = read("KEY=first\nOTHER=1\nexport KEY = second\n");
        assert!(mistakes.contains(".env:3: KEY stands here a second time, with another value"), "{mistakes}");
        assert!(!mistakes.contains("first") && !mistakes.contains("=second"), "{mistakes}");
        let (mistakes, variables) = read("KEY=same\nKEY='same'\n");
        assert_eq!((mistakes.as_str(), variables.get("KEY")), ("", Some("same")));
    }

    #[test]
    fn a_dollar_is_taken_as_it_is_or_is_a_mistake() {
        for literal in ["'$ecret-2026'", "\\$ecret-2026", "\"\\$ecret-2026\""] {
            let (mistakes, variables) = read(&format!("PW={literal}\n"));
            assert_eq!((mistakes.as_str(), variables.get("PW")), ("", Some("$ecret-2026")), "{literal}");
        }
        for ambiguous in ["$ecret-2026", "\"$ecret-2026\"", "Summer${Rain}2026", "ends-with-$"] {
            let (mistakes, _) = read(&format!("A=1\nPW={ambiguous}\n"));
            assert!(mistakes.contains(".env:2: a `$` in PW would stand for a variable"), "{ambiguous}: {mistakes}");
            assert!(!mistakes.contains("2026"), "{mistakes}");
        }
    }

    #[test]
    fn the_mark_of_an_editor_is_passed_over() {
        let (mistakes, variables) = read("\u{feff}KEY=value\n");
        assert_eq!((mistakes.as_str(), variables.get("KEY")), ("", Some("value")));
    }
}
