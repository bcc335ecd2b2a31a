//! `backups`: how old the newest is, where they are configured, and whether any is dated later than now.

use std::time::Duration;

use payhook_domain::time::Timestamp;

use super::finding::Finding;
use super::told::span;
use crate::backup::Shelf;

/// So many times what lies between two may pass before one is missing: the next may be under way.
const MISSED: u32 = 2;

/// What the check goes by.
pub(super) struct Backups {
    /// How often they are made.
    pub(super) every: Duration,
    /// What is in the folder; or why it cannot be read.
    pub(super) shelf: Result<Shelf, String>,
    /// Since when this process could have made one.
    pub(super) since: Timestamp,
}

const HINT: &str = "the gateway's log says why none was made (`no backup was made`, `alert.backup`): room, rights, a folder that is gone";
const AHEAD_HINT: &str = "if this clock is right, they were made while it was ahead: \
     move them, with their .key files, out of the folder, or give them names of the time they are of; if it is behind, put it right";

/// The rule.
pub(super) fn judge(backups: Option<&Backups>, now: Timestamp) -> Finding {
    let Some(Backups { every, shelf, since }) = backups else {
        return Finding::ok(
            "backups",
            "payhook makes none by itself (`backup` of [store]); `payhook backup` makes one",
        );
    };
    let newest = match shelf {
        Ok(shelf) => shelf.newest(),
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

/// Those that count as none, since they are dated later than now.
pub(super) fn ahead(backups: &Backups) -> Option<Finding> {
    let ahead = &backups.shelf.as_ref().ok()?.ahead;
    let (_, first) = ahead.first()?;
    let many = ahead.len();
    let what = format!(
        "backups in the folder are dated later than now ({many}): they count as none, and none of them is removed"
    );
    Some(Finding::problem("backups", what, AHEAD_HINT).about(first.display().to_string()))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::doctor::finding::Severity;

    const HOUR: Duration = Duration::from_secs(3_600);
    const NOW: Timestamp = Timestamp::from_seconds(1_900_000_000);

    fn severity(newest: Result<Option<u32>, String>, running: u32) -> Severity {
        let ago = |hours: u32| NOW.minus(HOUR * hours);
        let made = |newest: u32| (ago(newest), PathBuf::new());
        let shelf = newest.map(|newest| Shelf { made: newest.map(made).into_iter().collect(), ..Shelf::default() });
        judge(Some(&Backups { every: HOUR, shelf, since: ago(running) }), NOW).severity
    }

    #[test]
    fn one_that_is_dated_later_than_now_is_a_problem_beside_what_the_newest_is() {
        let file = PathBuf::from("/away/payhook-20310101T000000Z.db");
        let shelf = Shelf { ahead: vec![(NOW.plus(HOUR), file)], ..Shelf::default() };
        let backups = Backups { every: HOUR, shelf: Ok(shelf), since: NOW.minus(HOUR * 3) };
        assert_eq!(judge(Some(&backups), NOW).severity, Severity::Problem, "there is none");
        let told = ahead(&backups).expect("told of");
        assert_eq!(told.severity, Severity::Problem);
        assert!(told.about.is_some_and(|file| file.contains("payhook-2031")) && told.hint.is_some());
        assert_eq!(ahead(&Backups { shelf: Ok(Shelf::default()), ..backups }), None);
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
