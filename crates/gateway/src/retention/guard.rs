//! The guard: whether the clock can be believed.
//!
//! A clock that jumps ahead makes everything old at once. So nothing is removed when now is more than a day beyond both the
//! newest receipt and the last look, until a person says go on; and when two looks of one process, a minute apart, are more
//! than a day apart by the clock, whatever was received since.

use std::time::Duration;

use payhook_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How far now may be beyond what is known.
const JUMP_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// What is known of the clock; survives a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Guard {
    /// When it was last looked at, in microseconds, and could be believed.
    looked_at: Option<i64>,
    /// Whether it waits for a person.
    pub(super) waits: bool,
}

impl Guard {
    /// What a look at `now` makes of it. `same_process`: this process has looked before.
    pub(super) fn look(self, now: Timestamp, last_receipt: Option<Timestamp>, same_process: bool) -> Self {
        let looked_at = self.looked_at.map(Timestamp::from_micros);
        let is_beyond = |known: Timestamp| now.since(known) > JUMP_MAX;
        let jumped = match looked_at {
            Some(looked_at) if same_process => is_beyond(looked_at),
            _ => looked_at.max(last_receipt).is_some_and(is_beyond),
        };
        if self.waits || jumped { Self { waits: true, ..self } } else { Self::believed(now) }
    }

    /// The clock is right at `now`.
    pub(super) const fn believed(now: Timestamp) -> Self {
        Self { looked_at: Some(now.as_micros()), waits: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn hour(hours: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + hours * 3_600)
    }

    #[test]
    fn an_empty_store_and_a_quiet_shop_are_no_reason_to_stop() {
        let first = Guard::default().look(hour(0), None, false);
        assert_eq!(first, Guard::believed(hour(0)));
        assert_eq!(first.look(hour(20), Some(hour(-900)), false), Guard::believed(hour(20)));
        assert_eq!(Guard::default().look(hour(20), Some(hour(0)), false), Guard::believed(hour(20)));
    }

    #[test]
    fn more_than_a_day_beyond_both_the_last_receipt_and_the_last_look_it_waits_until_a_person_says_go_on() {
        let seen = Guard::believed(hour(0));
        assert!(!seen.look(hour(30), Some(hour(10)), false).waits);
        let stopped = seen.look(hour(30), Some(hour(5)), false);
        assert!(stopped.waits);
        assert!(stopped.look(hour(31), Some(hour(31)), true).waits, "whatever comes in by that clock");
        assert!(stopped.look(hour(1), Some(hour(1)), true).waits, "also when it was put right");
        assert!(!Guard::believed(hour(31)).look(hour(32), None, true).waits);
    }

    #[test]
    fn a_jump_while_it_runs_is_seen_although_something_was_received_behind_it() {
        let seen = Guard::believed(hour(0));
        assert!(seen.look(hour(9_000), Some(hour(9_000)), true).waits);
        assert!(!seen.look(hour(-9_000), Some(hour(0)), true).waits, "a clock behind removes less, not more");
    }
}
