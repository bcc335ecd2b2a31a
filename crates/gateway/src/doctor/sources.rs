//! `sources`: one that usually hears something at this time, and has not for long.
//!
//! What is usual is what came in the same stretch of the days before: night and week-end are quiet every time. A silence of a
//! day and more is compared with whole weeks before.

use std::time::Duration;

use payhook_domain::time::Timestamp;

use super::finding::Finding;
use super::told::{DAY, span};

/// A shorter silence says nothing.
const SILENCE_MIN: Duration = Duration::from_secs(60 * 60);
const A_DAY: Duration = Duration::from_secs(DAY);
const A_WEEK: Duration = Duration::from_secs(7 * DAY);

/// So many days, or weeks, are compared; and so many of them must be known.
const DAYS: u32 = 7;
const DAYS_KNOWN_MIN: usize = 3;
const WEEKS: u32 = 4;
const WEEKS_KNOWN_MIN: usize = 1;

/// The same stretch as the silence, in an earlier day or week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
}

/// What the check goes by, for one source.
pub(super) struct Heard {
    pub(super) source: String,
    /// When it last heard something; nothing when it never did, as far as is known.
    pub(super) last: Option<Timestamp>,
    /// Of each stretch that is known, whether something came in it.
    pub(super) before: Vec<bool>,
}

/// The stretches to look at for what is usual, none while the silence is short. `first`: since when anything is known.
pub(super) fn stretches(last: Timestamp, first: Timestamp, now: Timestamp) -> Vec<Stretch> {
    let silence = now.since(last);
    if silence < SILENCE_MIN {
        return Vec::new();
    }
    let (step, count) = match silence < A_DAY {
        true => (A_DAY, DAYS),
        // As many whole weeks as the silence lasts, so that it is not compared with itself.
        false => (A_WEEK.saturating_mul(u32::try_from(silence.as_secs() / (7 * DAY) + 1).unwrap_or(u32::MAX)), WEEKS),
    };
    let stretch = |back: u32| {
        let until = now.minus(step.saturating_mul(back));
        // Without its first quarter, so that what usually comes last before a quiet time does not count as in it.
        Stretch { since: until.minus(silence / 4 * 3), until }
    };
    (1..=count).map(stretch).filter(|stretch| stretch.until > first).collect()
}

/// The rule.
pub(super) fn judge(heard: &Heard, now: Timestamp) -> Finding {
    let source = &heard.source;
    let Some(last) = heard.last else {
        return Finding::ok("sources", format!("{source} has heard nothing yet, as far as the newest events go"))
            .about(source);
    };
    let silence = now.since(last);
    let known_min = if silence < A_DAY { DAYS_KNOWN_MIN } else { WEEKS_KNOWN_MIN };
    let is_unusual = heard.before.len() >= known_min && heard.before.iter().all(|came| *came);
    if silence < SILENCE_MIN || !is_unusual {
        return Finding::ok("sources", format!("{source} heard something {} ago", span(silence))).about(source);
    }
    let what = format!(
        "{source} has heard nothing for {}, though it usually does at this time: in each of the last {} {}",
        span(silence),
        heard.before.len(),
        if silence < A_DAY { "days" } else { "weeks" }
    );
    let hint = "does the provider's customer area show the webhook as active, and errors? Does the public address answer from \
                outside? `payhook quarantine list` shows what was refused";
    Finding::warning("sources", what, hint).about(source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{self, Ok, Warning};

    const NOW: Timestamp = Timestamp::from_seconds(1_900_000_000);

    const fn ago(hours: u64) -> Timestamp {
        Timestamp::from_seconds(1_900_000_000 - hours as i64 * 3_600)
    }

    /// What is said of a source that heard something so many hours ago, each time.
    fn severity(receipts: &[u64]) -> Severity {
        let last = receipts.iter().min().map(|hours| ago(*hours));
        let first = receipts.iter().max().map_or(NOW, |hours| ago(*hours));
        let before = last.map(|last| stretches(last, first, NOW)).unwrap_or_default();
        let came =
            |stretch: &Stretch| receipts.iter().any(|hours| (stretch.since..stretch.until).contains(&ago(*hours)));
        let before = before.iter().map(came).collect();
        judge(&Heard { source: "adyen".to_owned(), last, before }, NOW).severity
    }

    #[test]
    fn a_silence_that_is_usual_at_this_time_is_none() {
        let every_evening: Vec<u64> = (0..10).map(|day| day * 24 + 12).collect();
        assert_eq!(severity(&every_evening), Ok, "nothing ever comes in the morning");
        let now_and_then = [240, 720, 1_000];
        assert_eq!(severity(&now_and_then), Ok);
        assert_eq!(severity(&[]), Ok);
    }

    #[test]
    fn a_silence_at_a_time_at_which_something_always_came_is_told() {
        let busy = |silent: u64, days: u64| -> Vec<u64> { (silent..days * 24).collect() };
        assert_eq!(severity(&busy(0, 10)), Ok);
        assert_eq!(severity(&busy(3, 10)), Warning);
        assert_eq!(severity(&busy(3, 2)), Ok, "two days are no habit");
        assert_eq!(severity(&busy(30, 21)), Warning, "longer than a day");
        assert_eq!(severity(&busy(200, 40)), Warning, "longer than a week");
    }

    #[test]
    fn a_quiet_week_end_is_compared_with_a_quiet_week_end() {
        // Hours back from Sunday evening: Monday to Friday something comes every hour.
        let week_days = |week: u64| (week * 168 + 44)..(week * 168 + 164);
        let receipts: Vec<u64> = (0..4).flat_map(week_days).collect();
        assert_eq!(severity(&receipts), Ok);
    }

    #[test]
    fn no_stretch_reaches_into_the_silence_or_holds_what_came_last() {
        for hours in [2, 23, 30, 170, 400] {
            for stretch in stretches(ago(hours), ago(100_000), NOW) {
                assert!(stretch.until <= ago(hours), "{hours}: {stretch:?}");
            }
        }
    }
}
