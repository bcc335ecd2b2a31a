//! When the next try is due.

use std::time::Duration;

/// The waits between tries, and how far each may stray.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    delays: Vec<Duration>,
    jitter: f64,
}

impl Schedule {
    /// Most waits a schedule may hold.
    pub const DELAYS_MAX: usize = 100;
    /// Longest single wait, also for a receiver's `Retry-After`.
    pub const DELAY_MAX: Duration = Duration::from_secs(24 * 60 * 60);

    /// A schedule of `delays`, each spread evenly over ±`jitter` of itself (`0.1` is ±10 %).
    /// Nothing when there are more than [`Self::DELAYS_MAX`], one exceeds [`Self::DELAY_MAX`], or jitter is not in 0..=1.
    #[must_use]
    pub fn new(delays: Vec<Duration>, jitter: f64) -> Option<Self> {
        let fits = delays.len() <= Self::DELAYS_MAX
            && delays.iter().all(|delay| *delay <= Self::DELAY_MAX)
            && (0.0..=1.0).contains(&jitter);
        fits.then_some(Self { delays, jitter })
    }

    /// The waits between tries.
    #[must_use]
    pub fn delays(&self) -> &[Duration] {
        &self.delays
    }

    /// How far each wait may stray, as a part of itself.
    #[must_use]
    pub fn jitter(&self) -> f64 {
        self.jitter
    }

    /// How many tries it allows: the first and one after each wait.
    #[must_use]
    pub fn tries(&self) -> u32 {
        u32::try_from(self.delays.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// The wait after try number `tried` (from 1) failed; nothing when that was the last.
    ///
    /// The jitter comes from `seed`, so the same delivery waits the same time in every run. A receiver's `retry_after`
    /// can only lengthen the wait, up to [`Self::DELAY_MAX`].
    #[must_use]
    pub fn after(&self, tried: u32, seed: u64, retry_after: Option<Duration>) -> Option<Duration> {
        let index = usize::try_from(tried.checked_sub(1)?).ok()?;
        let delay = self.delays.get(index)?;
        let mut random = fastrand::Rng::with_seed(seed ^ u64::from(tried).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let spread = 1.0 + self.jitter * (2.0 * random.f64() - 1.0);
        let asked = retry_after.unwrap_or_default();
        Some(delay.mul_f64(spread).max(asked).min(Self::DELAY_MAX))
    }
}

/// 5 s, 5 min, 30 min, 2, 5, 10, 14, 20, 24 h: ten tries over 75 h 35 min and 5 s, so a weekend's outage loses nothing.
impl Default for Schedule {
    fn default() -> Self {
        const SECONDS: [u64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
        Self { delays: SECONDS.iter().map(|seconds| Duration::from_secs(*seconds)).collect(), jitter: 0.1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ten_tries_then_none() {
        let schedule = Schedule::default();
        assert_eq!(schedule.tries(), 10);
        assert!(schedule.after(9, 1, None).is_some());
        assert_eq!(schedule.after(10, 1, None), None);
        assert_eq!(schedule.after(0, 1, None), None);
    }

    #[test]
    fn retry_after_lengthens_but_never_shortens() {
        let schedule = Schedule::new(vec![Duration::from_secs(60)], 0.0).expect("valid");
        assert_eq!(schedule.after(1, 0, Some(Duration::from_secs(5))), Some(Duration::from_secs(60)));
        assert_eq!(schedule.after(1, 0, Some(Duration::from_secs(90))), Some(Duration::from_secs(90)));
        assert_eq!(schedule.after(1, 0, Some(Duration::from_secs(u64::MAX))), Some(Schedule::DELAY_MAX));
    }

    proptest! {
        #[test]
        fn jitter_stays_within_its_bounds_and_repeats_under_one_seed(seed: u64, tried in 1_u32..9, jitter in 0.0..=1.0_f64) {
            let plain = Schedule { jitter: 0.0, ..Schedule::default() }.after(tried, 0, None).expect("a wait");
            let schedule = Schedule { jitter, ..Schedule::default() };
            let wait = schedule.after(tried, seed, None).expect("a wait");
            prop_assert!(wait >= plain.mul_f64(1.0 - jitter).saturating_sub(Duration::from_micros(1)));
            prop_assert!(wait <= plain.mul_f64(1.0 + jitter) + Duration::from_micros(1));
            prop_assert_eq!(schedule.after(tried, seed, None), Some(wait));
        }
    }
}
