//! What an answer means, and when the next try is due: each provider's own rule.

use std::time::Duration;

use payhook_domain::time::Timestamp;

/// What becomes of a message after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Accepted,
    /// Tried again after this long.
    Again(Duration),
    GivenUp,
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// How long Adyen waits before each further try: three quick ones, then the retry queue; the last wait again and again.
/// From its page "Troubleshoot webhooks".
const ADYEN_WAITS: [Duration; 12] = [
    seconds(9),
    seconds(18),
    seconds(27),
    seconds(120),
    seconds(300),
    seconds(600),
    seconds(900),
    seconds(1_800),
    seconds(3_600),
    seconds(7_200),
    seconds(14_400),
    seconds(28_800),
];
/// After this Adyen gives up.
const ADYEN_AGE_MAX: Duration = seconds(30 * 24 * 60 * 60);
/// How often Banked delivers again, with exponentially growing waits over about 21 days.
const BANKED_TRIES_AGAIN_MAX: u32 = 25;

/// Whether a status says that a notification was taken: any 2xx, at either provider. A redirect does not.
pub(crate) fn is_accepted(status: Option<u16>) -> bool {
    status.is_some_and(|status| (200..300).contains(&status))
}

/// The verdict of a provider on the answer to try number `tries` (the first is 1), none when there was no answer.
pub(super) fn verdict(provider: &str, status: Option<u16>, tries: u32, queued: Timestamp, now: Timestamp) -> Verdict {
    if is_accepted(status) {
        return Verdict::Accepted;
    }
    match provider {
        "banked" => banked(status, tries),
        _ => adyen(tries, now.since(queued)),
    }
}

fn adyen(tries: u32, age: Duration) -> Verdict {
    let place = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX).min(ADYEN_WAITS.len() - 1);
    let wait = ADYEN_WAITS[place];
    if age + wait > ADYEN_AGE_MAX { Verdict::GivenUp } else { Verdict::Again(wait) }
}

/// The count and the span that Banked publishes are those of n⁴ + 15 seconds. A 410 stops it.
fn banked(status: Option<u16>, tries: u32) -> Verdict {
    if status == Some(410) || tries > BANKED_TRIES_AGAIN_MAX {
        return Verdict::GivenUp;
    }
    Verdict::Again(seconds(u64::from(tries.saturating_sub(1)).pow(4) + 15))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(provider: &str, status: u16) -> Vec<u64> {
        let start = Timestamp::from_seconds(0);
        let mut now = start;
        let mut waits = Vec::new();
        for tries in 1.. {
            let Verdict::Again(wait) = verdict(provider, Some(status), tries, start, now) else { break };
            waits.push(wait.as_secs());
            now = now.plus(wait);
        }
        waits
    }

    #[test]
    fn adyen_comes_again_quickly_three_times_and_then_for_thirty_days() {
        let waits = waits("adyen", 500);
        assert_eq!(waits[..6], [9, 18, 27, 120, 300, 600]);
        let days = waits.iter().sum::<u64>() as f64 / 86_400.0;
        assert!((29.5..=30.0).contains(&days), "{days}");
    }

    #[test]
    fn banked_comes_again_25_times_over_three_weeks_and_never_after_a_410() {
        let waits_of = waits("banked", 500);
        assert_eq!(waits_of.len(), 25);
        let days = waits_of.iter().sum::<u64>() / 86_400;
        assert!((19..=22).contains(&days), "{days}");
        assert!(waits("banked", 410).is_empty());
    }

    #[test]
    fn any_2xx_is_accepted_and_a_redirect_is_not() {
        let now = Timestamp::from_seconds(0);
        assert_eq!(verdict("adyen", Some(202), 1, now, now), Verdict::Accepted);
        assert_ne!(verdict("adyen", Some(302), 1, now, now), Verdict::Accepted);
        assert_ne!(verdict("banked", None, 1, now, now), Verdict::Accepted);
    }
}
