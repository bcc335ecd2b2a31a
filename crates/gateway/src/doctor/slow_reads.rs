//! The questions to the API that were slow of late, remembered while the process runs.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use payhook_domain::time::Timestamp;

use super::reads::{SLOW, SlowRead};

/// How many are remembered; the oldest are forgotten.
const REMEMBERED_MAX: usize = 32;

/// The last ones.
#[derive(Default)]
pub(crate) struct SlowReads(Mutex<VecDeque<SlowRead>>);

impl SlowReads {
    /// Remembers a question that was answered at `at`, if it was slow.
    pub(crate) fn answered(&self, route: &str, took: Duration, at: Timestamp) {
        if took < SLOW {
            return;
        }
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(route, took_ms, "a question to the API was slow");
        let mut slow = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slow.len() == REMEMBERED_MAX {
            slow.pop_front();
        }
        slow.push_back(SlowRead { at, route: route.to_owned(), took_ms });
    }

    /// Those remembered, the oldest first.
    pub(super) fn all(&self) -> Vec<SlowRead> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_slow_ones_are_remembered_and_only_the_last() {
        let slow = SlowReads::default();
        slow.answered("/quick", SLOW / 2, Timestamp::from_seconds(0));
        for second in 0..40 {
            slow.answered("/slow", SLOW, Timestamp::from_seconds(second));
        }
        let all = slow.all();
        assert_eq!((all.len(), all[0].at), (REMEMBERED_MAX, Timestamp::from_seconds(8)));
        assert!(all.iter().all(|read| read.route == "/slow"));
    }
}
