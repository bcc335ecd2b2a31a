//! A complaint: what went wrong, what to do about it, and the exit code that says so to scripts.

use std::fmt;

use payhook_gateway::config::Mistakes;

use crate::table::printable;

/// What to do about a store's file that this release cannot take.
pub(crate) const OTHERS_FILE: &str =
    "use the release that wrote it, or a backup made before it was changed; the file was left as it is";

/// What to do about a store's file that is not whole any more.
pub(crate) const DAMAGED: &str =
    "the file is damaged: keep a copy of it, put the last backup in its place and start (docs/guide/backup.md#restore)";

/// How the process ends when it did not do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It was tried and failed.
    Failed = 1,
    /// It was not understood.
    Usage = 2,
    /// The configuration cannot be used: `EX_CONFIG` of sysexits.
    Configuration = 78,
}

/// One or more things said to the user, each with a hint.
#[derive(Debug)]
pub(crate) struct Complaint {
    pub(crate) said: Vec<(String, String)>,
    pub(crate) exit: Exit,
}

impl Complaint {
    /// Something that was tried and failed.
    pub(crate) fn failed(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { said: vec![(what.into(), hint.into())], exit: Exit::Failed }
    }

    /// Something that was typed and makes no sense.
    pub(crate) fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, ..Self::failed(what, hint) }
    }

    /// Something that was typed where the id of one of `things` was asked for. Most likely it is a reference.
    pub(crate) fn no_id(typed: &str, things: &str, error: impl fmt::Display) -> Self {
        let hint = format!(
            "`payhook {things} list` shows ids, with `--reference {}` if that is a reference of yours",
            printable(typed)
        );
        Self::usage(format!("{typed:?} is {error}"), hint)
    }

    /// A configuration that cannot be run.
    pub(crate) fn configuration(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { exit: Exit::Configuration, ..Self::failed(what, hint) }
    }
}

impl From<Mistakes> for Complaint {
    fn from(mistakes: Mistakes) -> Self {
        let said = mistakes.0.into_iter().map(|finding| (finding.to_string(), finding.hint));
        Self { said: said.collect(), exit: Exit::Configuration }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whats: Vec<_> = self.said.iter().map(|(what, _)| what.as_str()).collect();
        f.write_str(&whats.join("; "))
    }
}

impl std::error::Error for Complaint {}
