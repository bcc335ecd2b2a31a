//! `ready`, `retention`, `configuration`: whether it takes notifications, whether old ones go, and whether the file on disk is what
//! runs.

use super::finding::Finding;
use crate::readiness::Reason;

/// The rule for `ready`: what stands against taking a notification.
pub(super) fn ready(reasons: &[Reason]) -> Vec<Finding> {
    if reasons.is_empty() {
        return vec![Finding::ok("ready", "it takes notifications")];
    }
    reasons.iter().map(|reason| Finding::problem("ready", &reason.what, reason.hint)).collect()
}

/// The rule for `retention`: whether it waits for a person.
pub(super) fn retention(waits: bool) -> Finding {
    if !waits {
        return Finding::ok("retention", "what is old enough goes");
    }
    Finding::problem(
        "retention",
        "the clock is more than a day beyond what was last received, so nothing is removed",
        "look at the time (`date -u`); if it is right: `payhook prune --yes`",
    )
}

/// The rule for `configuration`: whether the last change that was asked for was refused.
pub(super) fn configuration(refused: bool, digest: &str) -> Finding {
    if !refused {
        return Finding::ok("configuration", format!("{digest} runs"));
    }
    let what = format!(
        "the last change was refused and {digest} runs on; the next start reads the refused file, and does not start"
    );
    Finding::problem("configuration", what, "`payhook check` tells every mistake; mend the file, then reload")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{Ok, Problem};

    #[test]
    fn each_reason_is_a_problem_with_its_own_words() {
        let reason = |code| Reason { code, what: code.to_owned(), hint: "do" };
        let told = ready(&[reason("a"), reason("b")]);
        assert_eq!(told.iter().map(|finding| finding.what.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert!(told.iter().all(|finding| finding.severity == Problem));
        assert_eq!(ready(&[])[0].severity, Ok);
    }

    #[test]
    fn a_clock_that_is_not_believed_and_a_refused_file_are_problems() {
        assert_eq!([retention(false), retention(true)].map(|finding| finding.severity), [Ok, Problem]);
        assert_eq!([false, true].map(|refused| configuration(refused, "ab").severity), [Ok, Problem]);
    }
}
