//! The house rules as a program: one check per file, and every problem at once, each with what to do.
//!
//! Only what git tracks is looked at. A rule that turns out to be wrong is changed here, with its reason beside it.

mod alerts;
mod arrows;
pub(crate) mod code;
mod dependencies;
mod doors;
mod lengths;
mod names;
mod openings;
mod orphans;
mod seams;
pub(crate) mod sources;
mod words;

use std::fmt;

use sources::Source;

/// One broken rule.
#[derive(Debug)]
pub(crate) struct Problem {
    /// Relative to the workspace.
    file: String,
    /// From 1.
    line: usize,
    /// What is wrong, and what to do.
    message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// Everything in the house that breaks a rule.
///
/// # Errors
/// When git or cargo cannot be asked.
pub(crate) fn problems() -> anyhow::Result<Vec<Problem>> {
    let sources = sources::tracked()?;
    let checks: [fn(&Source) -> Vec<Problem>; 7] =
        [openings::check, doors::check, names::check, lengths::check, words::check, dependencies::check, seams::check];
    let mut problems = arrows::check()?;
    problems.extend(alerts::check(&sources));
    problems.extend(orphans::check(&sources));
    problems.extend(sources.iter().flat_map(|source| checks.iter().flat_map(|check| check(source))));
    Ok(problems)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_house_is_tidy() {
        let problems = super::problems().unwrap();
        let list: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert!(list.is_empty(), "{} broken rules:\n{}", list.len(), list.join("\n"));
    }
}
