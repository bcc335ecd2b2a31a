//! What a check says: how bad it is, what it means, what to do.

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// As it should be.
    Ok,
    /// Look at it in the next days.
    Warning,
    /// Something is lost, late or about to stop: look at it now.
    Problem,
}

/// What one check says of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which check, a word for programs; never renamed.
    pub check: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The source, destination, key or file it is about, when it is about one.
    pub about: Option<String>,
    /// What is so.
    pub what: String,
    /// What to do; absent when there is nothing to do.
    pub hint: Option<String>,
}

impl Finding {
    /// All is well.
    pub(super) fn ok(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, severity: Severity::Ok, about: None, what: what.into(), hint: None }
    }

    /// Something to look at in the next days.
    pub(super) fn warning(check: &'static str, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, hint: Some(hint.into()), ..Self::ok(check, what) }
    }

    /// Something to look at now.
    pub(super) fn problem(check: &'static str, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { severity: Severity::Problem, ..Self::warning(check, what, hint) }
    }

    /// The same, about this one.
    pub(super) fn about(self, name: impl Into<String>) -> Self {
        Self { about: Some(name.into()), ..self }
    }
}
