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
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return self,
            Err(error) => {
                let place = Place::File(Arc::from(path));
                findings.mistake(&place, format!("cannot be read: {error}"), "check who may read it, or remove it");
                return self;
            }
        };
        for entry in dotenvy::from_read_iter(text.as_bytes()) {
            match entry {
                Ok((name, value)) => {
                    self.0.entry(name).or_insert_with(|| Zeroizing::new(value));
                }
                Err(error) => {
                    let what = "a line that is not NAME=value";
                    findings.mistake(&place_of(path, &text, &error), what, "put values with spaces or # in quotes");
                    break;
                }
            }
        }
        self
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
}
