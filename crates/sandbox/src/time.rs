//! The sandbox's time: the world's, faster.
//!
//! Retries last thirty days and authorisations expire after as many; nobody waits for that.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

impl Pace {
    /// The slowest and the fastest scale: a day in a hundred, and a quarter of a year in a second.
    pub const SCALES: RangeInclusive<f64> = 0.01..=10_000_000.0;
}

/// A clock that starts with the world's and goes at its own pace.
pub(crate) struct Time {
    world: Arc<dyn Clock>,
    course: Mutex<Course>,
}

/// How it goes since it was last set.
#[derive(Clone, Copy)]
struct Course {
    pace: Pace,
    /// When that was, in the world.
    since: Timestamp,
    /// And in the sandbox.
    at: Timestamp,
}

impl Time {
    /// A clock that is not before `reached`, the moment an earlier run came to.
    pub(crate) fn new(world: Arc<dyn Clock>, pace: Pace, reached: Option<Timestamp>) -> Self {
        let since = world.now();
        let at = reached.map_or(since, |reached| reached.max(since));
        Self { world, course: Mutex::new(Course { pace, since, at }) }
    }

    /// Now, in the sandbox.
    pub(crate) fn now(&self) -> Timestamp {
        self.course().now(self.world.now())
    }

    /// How fast it goes.
    pub(crate) fn pace(&self) -> Pace {
        self.course().pace
    }

    /// Goes at another pace from here on.
    pub(crate) fn set_pace(&self, pace: Pace) {
        let world = self.world.now();
        let mut course = self.course();
        *course = Course { pace, since: world, at: course.now(world) };
    }

    /// How long the world waits until this moment of the sandbox.
    pub(crate) fn until(&self, moment: Timestamp) -> Duration {
        let course = *self.course();
        moment.since(course.now(self.world.now())).div_f64(course.scale())
    }

    /// Goes to a later moment at once, when this clock leaps; says whether it did.
    pub(crate) fn leap_to(&self, moment: Timestamp) -> bool {
        let leaps = self.pace() == Pace::Leaping;
        if leaps {
            self.go_to(moment);
        }
        leaps
    }

    /// Goes to a later moment at once. It never goes back.
    pub(crate) fn go_to(&self, moment: Timestamp) {
        let world = self.world.now();
        let mut course = self.course();
        *course = Course { since: world, at: course.now(world).max(moment), ..*course };
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Course {
    fn now(&self, world: Timestamp) -> Timestamp {
        self.at.plus(world.since(self.since).mul_f64(self.scale()))
    }

    fn scale(&self) -> f64 {
        match self.pace {
            Pace::Scaled(scale) => scale.clamp(*Pace::SCALES.start(), *Pace::SCALES.end()),
            Pace::Leaping => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

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

    #[test]
    fn another_pace_counts_from_the_moment_it_is_set() {
        let world = Arc::new(Stopped(AtomicI64::new(1_000)));
        let time = Time::new(world.clone(), Pace::Scaled(10.0), None);
        world.0.store(1_010, Ordering::Relaxed);
        time.set_pace(Pace::Scaled(2.0));
        assert_eq!(time.now(), Timestamp::from_seconds(1_100));
        world.0.store(1_020, Ordering::Relaxed);
        assert_eq!(time.now(), Timestamp::from_seconds(1_120));
        time.go_to(Timestamp::from_seconds(5_000));
        world.0.store(1_021, Ordering::Relaxed);
        assert_eq!(time.now(), Timestamp::from_seconds(5_002));
    }
}
