//! `destinations`: which are paused by a person, and which rest since they fail.

use std::time::Duration;

use payhook_domain::time::Timestamp;

use super::finding::Finding;
use super::told::span;
use crate::dispatch::gate::Standing;

/// A rest that lasts longer is an outage: the longest rest between two probes is as long, unless set otherwise.
const OUTAGE: Duration = Duration::from_secs(10 * 60);

/// The rule, for one destination.
pub(super) fn judge(name: &str, standing: Standing, now: Timestamp) -> Finding {
    let Standing { paused_since, resting, failures } = standing;
    if let Some(since) = paused_since {
        let what = format!("{name} is paused since {since}: its deliveries wait");
        let hint = format!("`payhook destinations resume {name}` when it may go on");
        return Finding::warning("destinations", what, hint).about(name);
    }
    if let Some((since, until)) = resting {
        let down = now.since(since);
        let what = format!("{name} has failed for {} and rests; it is probed again at {until}", span(down));
        let hint = format!("`payhook destinations test {name}` shows what it answers; nothing dies while it rests");
        let finding = match down > OUTAGE {
            true => Finding::problem("destinations", what, hint),
            false => Finding::warning("destinations", what, hint),
        };
        return finding.about(name);
    }
    let what = match failures {
        0 => format!("{name} takes deliveries"),
        failures => format!("{name} is tried; the last {failures} tries failed"),
    };
    Finding::ok("destinations", what).about(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{Ok, Problem, Warning};

    #[test]
    fn a_pause_is_a_warning_and_a_rest_becomes_a_problem() {
        let now = Timestamp::from_seconds(1_900_000_000);
        let severity =
            |paused_since, resting| judge("shop", Standing { paused_since, resting, failures: 0 }, now).severity;
        let ago = |seconds| now.minus(Duration::from_secs(seconds));
        assert_eq!(severity(None, None), Ok);
        assert_eq!(severity(Some(ago(5)), None), Warning);
        assert_eq!(severity(None, Some((ago(600), now))), Warning);
        assert_eq!(severity(None, Some((ago(601), now))), Problem);
    }
}
