//! The sandbox's time: the world's, faster.
//!
//! Retries last thirty days and authorisations expire after as many; nobody waits for that.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use payhook_domain::time::{Clock, Timestamp};

/// How fast time goes by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// So many seconds of the sandbox in each of the world's: 1 is the world's own pace.
    Scaled(f64),
    /// The world's own pace, and whenever nothing is due and nothing on its way, a leap to what comes next.
    Leaping,
}

/// A clock that starts with the world's and goes at its own pace.
pub(crate) struct Time {
    world: Arc<dyn Clock>,
    pace: Pace,
    began: Timestamp,
    /// Microseconds it is ahead of its pace by leaps, and by what an earlier run reached.
    ahead: AtomicI64,
}

impl Time {
    /// A clock that is not before `reached`, the moment an earlier run came to.
    pub(crate) fn new(world: Arc<dyn Clock>, pace: Pace, reached: Option<Timestamp>) -> Self {
        let began = world.now();
        let ahead = reached.map_or(0, |reached| (reached.as_micros() - began.as_micros()).max(0));
        Self { world, pace, began, ahead: AtomicI64::new(ahead) }
    }

    /// Now, in the sandbox.
    pub(crate) fn now(&self) -> Timestamp {
        let gone = self.world.now().since(self.began).mul_f64(self.scale());
        let micros = i64::try_from(gone.as_micros()).unwrap_or(i64::MAX);
        let began = self.began.as_micros().saturating_add(self.ahead.load(Ordering::Relaxed));
        Timestamp::from_micros(began.saturating_add(micros))
    }

    /// How long the world waits until this moment of the sandbox.
    pub(crate) fn until(&self, moment: Timestamp) -> Duration {
        moment.since(self.now()).div_f64(self.scale())
    }

    /// Goes to a later moment at once, when this clock leaps; says whether it did.
    pub(crate) fn leap_to(&self, moment: Timestamp) -> bool {
        let leaps = self.pace == Pace::Leaping;
        if leaps {
            let micros = i64::try_from(moment.since(self.now()).as_micros()).unwrap_or(0);
            self.ahead.fetch_add(micros, Ordering::Relaxed);
        }
        leaps
    }

    fn scale(&self) -> f64 {
        match self.pace {
            Pace::Scaled(scale) => scale.max(f64::MIN_POSITIVE),
            Pace::Leaping => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Stopped(AtomicI64);

    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            Timestamp::from_seconds(self.0.load(Ordering::Relaxed))
        }
    }

    #[test]
    fn an_hour_goes_by_in_a_second_when_time_is_scaled_so() {
        let world = Arc::new(Stopped(AtomicI64::new(1_000)));
        let time = Time::new(world.clone(), Pace::Scaled(3_600.0), None);
        world.0.store(1_002, Ordering::Relaxed);
        assert_eq!(time.now(), Timestamp::from_seconds(1_000 + 7_200));
        assert_eq!(time.until(Timestamp::from_seconds(1_000 + 10_800)), Duration::from_secs(1));
    }

    #[test]
    fn a_leap_reaches_the_next_moment_and_never_goes_back() {
        let time = Time::new(Arc::new(Stopped(AtomicI64::new(1_000))), Pace::Leaping, None);
        assert!(time.leap_to(Timestamp::from_seconds(9_000)));
        assert_eq!(time.now(), Timestamp::from_seconds(9_000));
        assert!(time.leap_to(Timestamp::from_seconds(8_000)));
        assert_eq!(time.now(), Timestamp::from_seconds(9_000));
    }

    #[test]
    fn time_goes_on_from_where_an_earlier_run_had_come_to() {
        let world = Arc::new(Stopped(AtomicI64::new(1_000)));
        let time = Time::new(world, Pace::Scaled(1.0), Some(Timestamp::from_seconds(5_000)));
        assert_eq!(time.now(), Timestamp::from_seconds(5_000));
    }
}
