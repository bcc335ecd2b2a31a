//! Variables: the environment and `.env`, and the door to both.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroizing;

use crate::config::words::mistakes::{Findings, Place};

/// Named texts. Wiped when dropped: most of them are secrets.
#[derive(Clone, Default)]
pub struct Variables {
    values: BTreeMap<String, Zeroizing<String>>,
    /// Those of the file that a shell, or another reader, would understand differently.
    doubts: Arc<Vec<Doubt>>,
}

/// What is doubtful about a variable of the file. A mistake once somebody asks for it: the file may hold other programs'.
struct Doubt {
    name: String,
    place: Place,
    what: String,
    hint: &'static str,
    asked: AtomicBool,
}

impl Variables {
    /// The environment of this process; what is not UTF-8 counts as unset. The only place that reads it.
    #[must_use]
    pub fn of_process() -> Self {
        let texts = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, Zeroizing::new(value.into_string().ok()?))));
        Self { values: texts.collect(), ..Self::default() }
    }

    /// These and no others.
    #[must_use]
    pub fn given(variables: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        let values = variables.into_iter().map(|(name, value)| (name.into(), Zeroizing::new(value.into())));
        Self { values: values.collect(), ..Self::default() }
    }

    /// The value of `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.ask(|known| known == name);
        self.values.get(name).map(|value| value.as_str())
    }

    /// Those whose names begin with `prefix`: the rest of the name, the name, the value.
    pub(in crate::config) fn with_prefix<'v>(
        &'v self,
        prefix: &'v str,
    ) -> impl Iterator<Item = (&'v str, &'v str, &'v str)> {
        self.ask(|known| known.starts_with(prefix));
        let named = move |(name, value): (&'v String, &'v Zeroizing<String>)| {
            Some((name.strip_prefix(prefix)?, name.as_str(), value.as_str()))
        };
        self.values.iter().filter_map(named)
    }

    /// The names of all.
    pub(in crate::config) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    fn ask(&self, is_meant: impl Fn(&str) -> bool) {
        let meant = self.doubts.iter().filter(|doubt| is_meant(&doubt.name));
        meant.for_each(|doubt| doubt.asked.store(true, Ordering::Relaxed));
    }

    /// Tells what is doubtful about those that were asked for by now.
    pub(in crate::config) fn tell_doubts(&self, findings: &mut Findings) {
        for doubt in self.doubts.iter().filter(|doubt| doubt.asked.load(Ordering::Relaxed)) {
            findings.mistake(&doubt.place, doubt.what.clone(), doubt.hint);
        }
    }

    /// These and those of the file, where that exists; what is set already stays.
    pub(in crate::config) fn with_file(mut self, path: &Path, findings: &mut Findings) -> Self {
        let text = match std::fs::read_to_string(path) {
            // As `payhook.toml`, it may begin with the mark some editors put there.
            Ok(text) => Zeroizing::new(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return self,
            Err(error) => {
                let place = Place::File(Arc::from(path));
                let hint = match error.kind() {
                    std::io::ErrorKind::InvalidData => "save it as UTF-8",
                    std::io::ErrorKind::PermissionDenied => "run this as the user it belongs to, or as root",
                    _ => "check the path and who may read it",
                };
                findings.mistake(&place, format!("cannot be read: {error}"), hint);
                return self;
            }
        };
        let (entries, broken) = entries(&text);
        if let Some(error) = broken {
            let what = "a line that is not NAME=value";
            findings.mistake(&place_of(path, &text, &error), what, "put values with spaces or # in quotes");
        }
        let mut doubts = doubts(path, &text, &entries);
        doubts.retain(|doubt| !self.values.contains_key(&doubt.name));
        self.doubts = Arc::new(doubts);
        for (name, value) in entries {
            self.values.entry(name).or_insert(value);
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

/// What a shell and this reader, or two readers, would understand differently: a name with two values, of which a shell takes
/// the last, and a `$`, behind which they look for a variable.
fn doubts(path: &Path, text: &str, entries: &[Entry]) -> Vec<Doubt> {
    let doubt = |position: usize, what: String, hint| {
        let name = &entries[position].0;
        let nth = entries[..position].iter().filter(|(earlier, _)| earlier == name).count();
        let place = line_of(path, text, name, nth);
        Doubt { name: name.clone(), place, what, hint, asked: AtomicBool::new(false) }
    };
    let mut doubts = Vec::new();
    // The same text with each `$` that is not escaped as another character, which stands for nothing.
    let literal = [("\\\\", "\u{1}"), ("\\$", "\u{2}"), ("$", DOLLAR), ("\u{2}", "\\$"), ("\u{1}", "\\\\")];
    let literal =
        literal.iter().fold(Zeroizing::new(text.to_owned()), |text, (from, to)| text.replace(from, to).into());
    let (literals, _) = self::entries(&literal);
    for (position, (name, value)) in entries.iter().enumerate() {
        if entries[..position].iter().any(|(earlier, first)| earlier == name && first != value) {
            let what = format!("{name} stands here once more, with another value");
            doubts.push(doubt(position, what, "keep the one that counts"));
        }
        let is_literal =
            literals.get(position).is_some_and(|(_, literal)| *Zeroizing::new(literal.replace(DOLLAR, "$")) == **value);
        if !is_literal {
            let what = format!("a `$` in {name} would stand for a variable");
            doubts.push(doubt(position, what, "put the value in single quotes, which leave it as it is"));
        }
        // Behind a line that is none without its `$` nothing can be compared.
        if position >= literals.len() {
            break;
        }
    }
    doubts
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
        f.debug_set().entries(self.values.keys()).finish()
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
        let _ = ["KEY", "PW", "ASKED"].map(|name| variables.get(name).is_some());
        variables.tell_doubts(&mut findings);
        (findings.into_result().err().map(|mistakes| mistakes.to_string()).unwrap_or_default(), variables)
    }

    #[test]
    fn a_name_with_two_values_is_a_mistake_and_with_one_twice_is_none() {
        let (mistakes, _) = read("KEY=first\nOTHER=1\nexport KEY = second\n");
        assert!(mistakes.contains(".env:3: KEY stands here once more, with another value"), "{mistakes}");
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
        for ambiguous in
            ["$ecret-2026", "\"$ecret-2026\"", "Summer${Rain}2026", "ends-with-$", "a\\\\$b2026", "ab$cd ef2026"]
        {
            let (mistakes, _) = read(&format!("A=1\nPW={ambiguous}\n"));
            assert!(mistakes.contains(".env:2: a `$` in PW would stand for a variable"), "{ambiguous}: {mistakes}");
            assert!(!mistakes.contains("2026"), "{mistakes}");
        }
    }

    #[test]
    fn what_nobody_asks_for_may_be_as_it_likes() {
        let (mistakes, variables) = read("URL=db://${USER}@host\nURL=db://other\nASKED=1\n");
        assert_eq!((mistakes.as_str(), variables.get("ASKED")), ("", Some("1")));
    }

    #[test]
    fn the_mark_of_an_editor_is_passed_over() {
        let (mistakes, variables) = read("\u{feff}KEY=value\n");
        assert_eq!((mistakes.as_str(), variables.get("KEY")), ("", Some("value")));
    }
}
