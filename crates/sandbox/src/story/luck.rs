//! What a telling's seed decides: how much is paid, by which card, and how long everything takes. The same seed decides the
//! same, in any sandbox.

use std::time::Duration;

use super::run::Run;
use super::scene::Wait;
use crate::chance::Chance;

/// What is asked of the seed, each under a number of its own; a scene's wait under its place behind these.
const AMOUNT: u64 = 0;
const CARD: u64 = 1;
const FIRST_WAIT: u64 = 16;

/// An amount is between these, in hundreds of minor units, so that every hundredth of it is whole.
const HUNDREDS_LEAST: u64 = 10;
const HUNDREDS_MOST: u64 = 250;

impl Run {
    /// How much is paid, in minor units.
    pub(super) fn amount(&self) -> i64 {
        let hundreds = HUNDREDS_LEAST + self.luck(AMOUNT).below(HUNDREDS_MOST - HUNDREDS_LEAST);
        i64::try_from(hundreds * 100).unwrap_or(i64::MAX)
    }

    /// The place of one of so many cards.
    pub(super) fn card(&self, cards: usize) -> usize {
        usize::try_from(self.luck(CARD).below(cards as u64)).unwrap_or(0)
    }

    /// How long before the scene at this place.
    pub(super) fn wait(&self, place: usize, wait: Wait) -> Duration {
        let span = u64::try_from((wait.most - wait.least).as_millis()).unwrap_or(u64::MAX);
        wait.least + Duration::from_millis(self.luck(FIRST_WAIT + place as u64).below(span))
    }

    fn luck(&self, what: u64) -> Chance {
        Chance::new(self.seed, what)
    }
}
