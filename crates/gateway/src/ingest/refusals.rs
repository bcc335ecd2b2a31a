//! Notices when the same notification is refused again and again: with Adyen, one refused notification holds back all
//! behind it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use payhook_domain::id::NameId;
use payhook_domain::identity::Digest;
use payhook_domain::time::Timestamp;

use crate::alerts::{HOUR, stretch};

/// Most claimed identities remembered, over all sources. When there are more, those seen once are forgotten: a flood of
/// forgeries with ever new claims pushes out its own, not the one that a provider repeats. Where that makes no room, all
/// are: what a provider repeats is counted anew, and what a stranger repeats cannot end the counting.
const REMEMBERED_MAX: usize = 10_000;

/// The number of refusals at which a person is told.
pub(crate) const TELL_AT: u32 = 3;

/// How often each claimed identity was refused.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    claimed: HashMap<(NameId, Digest), Count>,
    /// The hour in which each source was last told of. Whoever sends chooses what a request claims to be, so every third
    /// request of a stranger could raise an alert, and each alert is written down.
    told: HashMap<NameId, i64>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    times: u32,
    told: bool,
}

impl Refusals {
    /// Counts a refusal; says whether it is one at which to tell: once for each identity, and once an hour for each source.
    pub(crate) fn count(&self, source: NameId, claimed: Digest, now: Timestamp) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.make_room_for(&(source, claimed));
        let count = counts.claimed.entry((source, claimed)).or_default();
        count.times = count.times.saturating_add(1);
        let Count { times, told } = *count;
        if times < TELL_AT || told || counts.told.insert(source, stretch(now, HOUR)) == Some(stretch(now, HOUR)) {
            return false;
        }
        counts.claimed.entry((source, claimed)).and_modify(|count| count.told = true);
        true
    }
}

impl Counts {
    fn make_room_for(&mut self, claim: &(NameId, Digest)) {
        if self.claimed.len() < REMEMBERED_MAX || self.claimed.contains_key(claim) {
            return;
        }
        self.claimed.retain(|_, count| count.times > 1);
        if self.claimed.len() >= REMEMBERED_MAX {
            self.claimed.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
    const AN_HOUR_LATER: Timestamp = Timestamp::from_seconds(1_790_003_600);
    const SOURCE: NameId = NameId(1);

    fn claim(number: usize) -> Digest {
        Digest::of([number.to_be_bytes().as_slice()])
    }

    #[test]
    fn tells_once_at_the_third_refusal_of_one_identity() {
        let refusals = Refusals::default();
        let told: Vec<bool> = (0..5).map(|_| refusals.count(SOURCE, claim(0), NOW)).collect();
        assert_eq!(told, [false, false, true, false, false]);
        assert!(!refusals.count(SOURCE, claim(0), AN_HOUR_LATER), "it was told");
    }

    #[test]
    fn whatever_a_stranger_repeats_is_told_once_an_hour_for_a_source() {
        let refusals = Refusals::default();
        let repeated = |source: NameId, now: Timestamp| {
            (0..3_000).filter(|number| refusals.count(source, claim(number / 3), now)).count()
        };
        assert_eq!((repeated(SOURCE, NOW), repeated(SOURCE, NOW)), (1, 0));
        assert_eq!(repeated(NameId(2), NOW), 1, "another source's is told");
        assert_eq!(repeated(SOURCE, AN_HOUR_LATER), 1, "what still comes is told in the next hour");
    }

    #[test]
    fn a_flood_of_new_claims_does_not_make_it_forget_a_repeated_one() {
        let refusals = Refusals::default();
        let repeated = Digest::of([b"psp".as_slice()]);
        assert!(!refusals.count(SOURCE, repeated, NOW));
        assert!(!refusals.count(SOURCE, repeated, NOW));
        for number in 0..3 * REMEMBERED_MAX {
            refusals.count(SOURCE, claim(number), NOW);
        }
        assert!(refusals.count(SOURCE, repeated, NOW));
    }

    #[test]
    fn memory_is_bounded_under_a_flood_of_forgeries_and_counting_goes_on() {
        let refusals = Refusals::default();
        for number in 0..2 * REMEMBERED_MAX {
            refusals.count(NameId(2), claim(number / 2), NOW);
        }
        assert!(refusals.0.lock().expect("not poisoned").claimed.len() <= REMEMBERED_MAX);
        let repeated = Digest::of([b"psp".as_slice()]);
        assert!((0..3).any(|_| refusals.count(SOURCE, repeated, NOW)));
    }
}
