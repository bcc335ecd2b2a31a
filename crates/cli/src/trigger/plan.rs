//! The plan: which notification is sent at which place of the sequence. Nothing is held in memory for it.

use super::Faults;

/// A sequence of `events × count` notifications, each twice with `duplicate`, from behind with `reorder`.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// How many events make one round about one payment.
    pub(super) events: usize,
    /// How many rounds.
    pub(super) count: u32,
    /// The seed of the first round.
    pub(super) seed: u64,
    pub(super) faults: Faults,
}

/// One notification of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Its event, by position.
    pub(super) event: usize,
    /// The seed of its round.
    pub(super) seed: u64,
}

impl Plan {
    /// How many are sent.
    pub(super) fn total(&self) -> usize {
        self.distinct() * self.copies()
    }

    /// Each in its turn.
    pub(super) fn steps(&self) -> impl Iterator<Item = Step> + '_ {
        (0..self.total()).map(|place| {
            let index = place / self.copies();
            let index = if self.faults.reorder { self.distinct() - 1 - index } else { index };
            Step { event: index % self.events, seed: self.seed.wrapping_add((index / self.events) as u64) }
        })
    }

    fn distinct(&self) -> usize {
        self.events.saturating_mul(self.count as usize)
    }

    fn copies(&self) -> usize {
        if self.faults.duplicate { 2 } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(events: usize, count: u32, duplicate: bool, reorder: bool) -> Vec<(usize, u64)> {
        let faults = Faults { duplicate, reorder, ..Faults::default() };
        Plan { events, count, seed: 10, faults }.steps().map(|step| (step.event, step.seed)).collect()
    }

    #[test]
    fn rounds_follow_each_other_and_each_has_its_own_payment() {
        assert_eq!(steps(2, 2, false, false), [(0, 10), (1, 10), (0, 11), (1, 11)]);
        assert_eq!(steps(1, 2, true, false), [(0, 10), (0, 10), (0, 11), (0, 11)]);
        assert_eq!(steps(2, 1, false, true), [(1, 10), (0, 10)]);
    }
}
