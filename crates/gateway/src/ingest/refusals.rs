//! Notices when the same notification is refused again and again: with Adyen, one refused notification holds back all
//! behind it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use payhook_domain::id::NameId;
use payhook_domain::identity::Digest;

/// Most claimed identities remembered, over all sources. When there are more, those seen once are forgotten: a flood of
/// forgeries with ever new claims pushes out its own, not the one that a provider repeats.
const REMEMBERED_MAX: usize = 10_000;

/// The number of refusals at which a person is told.
pub(crate) const TELL_AT: u32 = 3;

/// How often each claimed identity was refused.
#[derive(Default)]
pub(crate) struct Refusals {
    times: Mutex<HashMap<(NameId, Digest), u32>>,
}

impl Refusals {
    /// Counts a refusal; says whether it is the one at which to tell.
    pub(crate) fn count(&self, source: NameId, claimed: Digest) -> bool {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        if times.len() >= REMEMBERED_MAX && !times.contains_key(&(source, claimed)) {
            times.retain(|_, count| *count > 1);
        }
        if times.len() >= REMEMBERED_MAX && !times.contains_key(&(source, claimed)) {
            return false;
        }
        let count = times.entry((source, claimed)).or_default();
        *count = count.saturating_add(1);
        *count == TELL_AT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_once_at_the_third_refusal_of_one_identity() {
        let refusals = Refusals::default();
        let (source, claimed) = (NameId(1), Digest::of([b"psp".as_slice()]));
        let told: Vec<bool> = (0..5).map(|_| refusals.count(source, claimed)).collect();
        assert_eq!(told, [false, false, true, false, false]);
    }

    #[test]
    fn a_flood_of_new_claims_does_not_make_it_forget_a_repeated_one() {
        let refusals = Refusals::default();
        let repeated = Digest::of([b"psp".as_slice()]);
        assert!(!refusals.count(NameId(1), repeated));
        assert!(!refusals.count(NameId(1), repeated));
        for number in 0..3 * REMEMBERED_MAX {
            refusals.count(NameId(1), Digest::of([number.to_be_bytes().as_slice()]));
        }
        assert!(refusals.count(NameId(1), repeated));
    }

    #[test]
    fn memory_is_bounded_under_a_flood_of_forgeries() {
        let refusals = Refusals::default();
        for number in 0..REMEMBERED_MAX + 5 {
            refusals.count(NameId(1), Digest::of([number.to_be_bytes().as_slice()]));
        }
        assert!(refusals.times.lock().expect("not poisoned").len() <= REMEMBERED_MAX);
    }
}
