//! Mistakes: everything wrong with a configuration, told at once, each with its place and what to do.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Where something was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A file as a whole.
    File(Arc<Path>),
    /// A line of a file, from 1.
    Line(Arc<Path>, u32),
    /// A variable, of the environment or of `.env`.
    Variable(Arc<str>),
    /// The environment as a whole: there is no file.
    Environment,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Line(file, line) => write!(f, "{}:{line}", file.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Environment => f.write_str("environment"),
        }
    }
}

/// One thing found wrong, or doubtful. Shows names and words of closed lists, never a key, a password or an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where it is.
    pub place: Place,
    /// What is wrong: lower case, no full stop.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

/// `payhook.toml:12: unknown key ...`; the hint goes on a line of its own.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Something doubtful that does not stop a start.
pub type Warning = Finding;

/// Every mistake of a configuration, by place. At least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Finding>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{finding}\n  hint: {}", finding.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// Collects findings while a configuration is read.
#[derive(Debug, Default)]
pub(in crate::config) struct Findings {
    mistakes: Vec<Finding>,
    warnings: Vec<Finding>,
}

impl Findings {
    /// Notes a mistake: the configuration will not be used.
    pub(in crate::config) fn mistake(&mut self, place: &Place, what: impl Into<String>, hint: impl Into<String>) {
        self.mistakes.push(Finding { place: place.clone(), what: what.into(), hint: hint.into() });
    }

    /// Notes a doubt: the configuration is used all the same.
    pub(in crate::config) fn warning(&mut self, place: &Place, what: impl Into<String>, hint: impl Into<String>) {
        self.warnings.push(Finding { place: place.clone(), what: what.into(), hint: hint.into() });
    }

    /// How many mistakes there are so far.
    pub(in crate::config) fn count(&self) -> usize {
        self.mistakes.len()
    }

    /// The warnings when nothing is wrong, else all mistakes in the order of their places, each once.
    pub(in crate::config) fn into_result(mut self) -> Result<Vec<Warning>, Mistakes> {
        self.mistakes.sort();
        self.mistakes.dedup();
        if self.mistakes.is_empty() { Ok(self.warnings) } else { Err(Mistakes(self.mistakes)) }
    }
}
