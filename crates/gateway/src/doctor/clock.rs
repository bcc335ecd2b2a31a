//! `clock`: this machine's clock against the dates that events carry.
//!
//! An event is received a little after it happened. When most of a source's are dated in the future, this clock is behind; when
//! even the quickest came long after its date, this clock is ahead, or the provider late. One odd date is told, and blames nobody.

use std::time::Duration;

use payhook_domain::time::Timestamp;

use super::finding::Finding;
use super::told::{DAY, span};

/// Only what came in the last day says how the clock goes now.
pub(super) const LOOKED_BACK: Duration = Duration::from_secs(DAY);

/// How far in the future a date may be: providers' clocks are not ours either.
const AHEAD_MAX: Duration = Duration::from_secs(60);
/// Receivers refuse deliveries whose signed time is further from theirs (Standard Webhooks' libraries).
const TOLERANCE: Duration = Duration::from_secs(5 * 60);
/// How late the quickest of several may be.
const LATE_MAX: Duration = Duration::from_secs(10 * 60);
/// So many it takes: one or two may be late of themselves.
const LATE_COUNT: usize = 10;

/// When an event was received, and when it happened by the provider's word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dated {
    pub(super) received: Timestamp,
    pub(super) occurred: Timestamp,
}

const HINT: &str = "compare `date -u` with a clock you trust, and let chrony or systemd-timesyncd keep it";

/// The rule, for the events of one source.
pub(super) fn judge(source: &str, events: &[Dated]) -> Option<Finding> {
    let ahead = |dated: &Dated| dated.occurred.since(dated.received);
    let future: Vec<Duration> = events.iter().map(ahead).filter(|ahead| *ahead > AHEAD_MAX).collect();
    let quickest = events.iter().map(|dated| dated.received.since(dated.occurred)).min()?;
    let (count, all) = (future.len(), events.len());
    if let Some(least) = future.iter().min().filter(|_| count * 2 > all) {
        let what = format!(
            "{count} of the last day's {all} events of {source} are dated in the future, by {} at least: this clock is behind",
            span(*least)
        );
        return Some(match *least > TOLERANCE {
            true => {
                Finding::problem("clock", what, format!("{HINT}; receivers refuse what is signed that far from now"))
            }
            false => Finding::warning("clock", what, HINT),
        });
    }
    if count > 0 {
        let what = format!("{count} of the last day's {all} events of {source} are dated in the future");
        return Some(Finding::warning(
            "clock",
            what,
            "`payhook events list` shows them; the provider's date may be wrong",
        ));
    }
    (all >= LATE_COUNT && quickest > LATE_MAX).then(|| {
        let what = format!(
            "the quickest of the last day's {all} events of {source} came {} after its date: this clock is ahead, or the \
             provider is late",
            span(quickest)
        );
        Finding::warning("clock", what, HINT)
    })
}

/// What there is to say when no source's events say otherwise.
pub(super) fn agrees(events: usize) -> Finding {
    Finding::ok(
        "clock",
        match events {
            0 => "no event of the last day carries a date to compare it with".to_owned(),
            events => format!("it agrees with the dates of the last day's {events} events"),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{Problem, Warning};

    /// Events received so many seconds after their dates.
    fn severity(lags: &[i64]) -> Option<crate::doctor::finding::Severity> {
        let dated = |lag: &i64| {
            let received = Timestamp::from_seconds(1_900_000_000);
            Dated { received, occurred: Timestamp::from_seconds(1_900_000_000 - lag) }
        };
        judge("adyen", &lags.iter().map(dated).collect::<Vec<_>>()).map(|finding| finding.severity)
    }

    #[test]
    fn events_that_come_soon_after_their_date_say_that_the_clock_is_right() {
        assert_eq!(severity(&[]), None);
        assert_eq!(severity(&[2; 200]), None);
        assert_eq!(severity(&[-59, 3_600, 2]), None, "a provider's clock may be a little ahead, and an event late");
    }

    #[test]
    fn most_of_them_in_the_future_is_a_clock_that_is_behind() {
        assert_eq!(severity(&[-90, -100, 2]), Some(Warning));
        assert_eq!(severity(&[-301]), Some(Problem));
        assert_eq!(severity(&[-301, 2, 2]), Some(Warning), "one odd date is the provider's");
    }

    #[test]
    fn none_of_many_that_was_quick_is_a_clock_that_is_ahead() {
        assert_eq!(severity(&[601; 10]), Some(Warning));
        assert_eq!(severity(&[601; 9]), None, "a few may be late");
        assert_eq!(severity(&[[601; 20].as_slice(), &[3]].concat()), None);
    }
}
