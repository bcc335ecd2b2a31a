//! `backups`: how old the newest is, where they are configured.

use std::time::Duration;

use payhook_domain::time::Timestamp;

use super::finding::Finding;
use super::told::span;

/// So many times what lies between two may pass before one is missing: the next may be under way.
const MISSED: u32 = 2;

/// What the check goes by.
pub(super) struct Backups {
    /// How often they are made.
    pub(super) every: Duration,
    /// When the newest was begun, as the folder says; or why it cannot be read.
    pub(super) newest: Result<Option<Timestamp>, String>,
    /// Since when this process could have made one.
    pub(super) since: Timestamp,
}

const HINT: &str = "the gateway's log says why none was made (`no backup was made`, `alert.backup`): room, rights, a folder that is gone";

/// The rule.
pub(super) fn judge(backups: Option<&Backups>, now: Timestamp) -> Finding {
    let Some(Backups { every, newest, since }) = backups else {
        return Finding::ok(
            "backups",
            "payhook makes none by itself (`backup` of [store]); `payhook backup` makes one",
        );
    };
    let newest = match newest {
        Ok(newest) => *newest,
        Err(why) => return Finding::problem("backups", format!("the backups cannot be looked at: {why}"), HINT),
    };
    let patience = every.saturating_mul(MISSED);
    match newest {
        Some(newest) if now.since(newest) <= patience => {
            Finding::ok("backups", format!("the newest backup is {} old", span(now.since(newest))))
        }
        // It has just been started, and makes up for what was missed.
        _ if now.since(*since) <= patience => Finding::ok("backups", "the next backup is due"),
        Some(newest) => {
            let age = span(now.since(newest));
            Finding::problem(
                "backups",
                format!("the newest backup is {age} old; one is due every {}", span(*every)),
                HINT,
            )
        }
        None => Finding::problem("backups", format!("there is no backup; one is due every {}", span(*every)), HINT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity;

    const HOUR: Duration = Duration::from_secs(3_600);
    const NOW: Timestamp = Timestamp::from_seconds(1_900_000_000);

    fn severity(newest: Result<Option<u32>, String>, running: u32) -> Severity {
        let ago = |hours: u32| NOW.minus(HOUR * hours);
        let newest = newest.map(|newest| newest.map(ago));
        judge(Some(&Backups { every: HOUR, newest, since: ago(running) }), NOW).severity
    }

    #[test]
    fn one_that_was_missed_is_a_problem_once_there_was_time_to_make_it() {
        assert_eq!(judge(None, NOW).severity, Severity::Ok);
        assert_eq!(severity(Ok(Some(2)), 900), Severity::Ok);
        assert_eq!(severity(Ok(Some(3)), 900), Severity::Problem);
        assert_eq!(severity(Ok(Some(3)), 1), Severity::Ok, "it was off");
        assert_eq!(severity(Ok(None), 3), Severity::Problem);
        assert_eq!(severity(Err("no such folder".to_owned()), 0), Severity::Problem);
    }
}
