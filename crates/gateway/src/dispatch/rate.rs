//! The rate of one destination: tries begin evenly spaced, `10/min` every six seconds, so that no window of the
//! configured time ever holds more than its count.
//!
//! The generic cell rate algorithm with one instant of state: when the next try is due to begin. A destination without
//! a rate is not held up. What is owed to the rate survives a restart: a spacing of a second or more is kept whenever a
//! try begins, a shorter one is simply waited for once at the start.

use std::time::Duration;

use payhook_domain::time::Timestamp;

use crate::config::Rate;

/// How far ahead tries are taken in hand, so that a look at the store fetches many of a fast rate.
const AHEAD: Duration = Duration::from_millis(100);

/// Spacings from here on are kept, which bounds the writing to one row a second.
const KEPT_FROM: Duration = Duration::from_secs(1);

/// The rate's state.
#[derive(Debug)]
pub(crate) struct Meter {
    spacing: Duration,
    /// The next try begins no earlier.
    next: Timestamp,
}

impl Meter {
    /// As if a try had just begun, since one may have.
    pub(crate) fn new(rate: Rate, now: Timestamp) -> Self {
        let spacing = rate.per / rate.count.max(1);
        Self { spacing, next: now.plus(spacing) }
    }

    /// As it was when `kept` was written; never further ahead than one spacing, whatever clock wrote it.
    pub(crate) fn restore(&mut self, kept: &[u8], now: Timestamp) {
        let read = std::str::from_utf8(kept).ok().and_then(|text| text.parse().ok());
        if let Some(next) = read {
            self.next = Timestamp::from_micros(next).min(now.plus(self.spacing));
        }
    }

    /// At another rate from now on: the next try begins when it would have, or one new spacing from now if that is sooner.
    pub(crate) fn changed(self, rate: Rate, now: Timestamp) -> Self {
        let spacing = rate.per / rate.count.max(1);
        Self { spacing, next: self.next.min(now.plus(spacing)) }
    }

    /// What [`Self::restore`] reads, when it is worth keeping.
    pub(crate) fn keep(&self) -> Option<Vec<u8>> {
        (self.spacing >= KEPT_FROM).then(|| self.next.as_micros().to_string().into_bytes())
    }

    /// How many of `wanted` tries may be taken in hand at `now`, or when the first may.
    pub(crate) fn room(&mut self, wanted: usize, now: Timestamp) -> Result<usize, Timestamp> {
        let horizon = now.plus(AHEAD);
        // Nobody who asked for room has booked further ahead, so the clock was put back. As after a restart, no more is owed
        // than one spacing.
        if self.next > horizon.plus(self.spacing) {
            self.next = now.plus(self.spacing);
        }
        if self.next > horizon {
            return Err(self.next.minus(AHEAD));
        }
        let further = horizon.since(self.next.max(now)).as_nanos() / self.spacing.as_nanos().max(1);
        Ok(usize::try_from(further).unwrap_or(usize::MAX).saturating_add(1).min(wanted))
    }

    /// Takes a place in the row: when this try may begin.
    pub(crate) fn book(&mut self, now: Timestamp) -> Timestamp {
        let at = self.next.max(now);
        self.next = at.plus(self.spacing);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(count: u32, seconds: u64) -> Rate {
        Rate { count, per: Duration::from_secs(seconds) }
    }

    /// When tries begin, as a desk with endless work would have them, over `seconds` of a turned clock.
    fn begun(meter: &mut Meter, from: Timestamp, seconds: i64) -> Vec<Timestamp> {
        let end = from.plus(Duration::from_secs(seconds.unsigned_abs()));
        let (mut now, mut all) = (from, Vec::new());
        while now < end {
            match meter.room(32, now) {
                Ok(count) => all.extend((0..count).map(|_| meter.book(now))),
                Err(next) => now = next.max(now.plus(Duration::from_micros(1))),
            }
        }
        all
    }

    #[test]
    fn no_window_holds_more_than_the_count_and_a_busy_one_holds_nearly_as_many() {
        for (count, seconds) in [(5, 1), (50, 1), (1_000, 1), (10, 60), (1, 3_600)] {
            let from = Timestamp::from_seconds(1_000);
            let rate = rate(count, seconds);
            let mut meter = Meter::new(rate, from);
            let all = begun(&mut meter, from, i64::try_from(seconds).expect("short") * 3);
            for (place, first) in all.iter().enumerate() {
                let window = all[place..].iter().take_while(|at| at.since(*first) < rate.per).count();
                assert!(window <= count as usize, "{window} in {seconds} s from {first}");
            }
            assert!(all.len() >= (count as usize) * 2, "{} of {count} a window", all.len());
        }
    }

    #[test]
    fn a_clock_that_is_put_back_stops_nothing() {
        let right = Timestamp::from_seconds(1_000);
        let ahead = right.plus(Duration::from_secs(365 * 86_400));
        for (count, seconds) in [(100, 1), (1, 60)] {
            let mut meter = Meter::new(rate(count, seconds), ahead);
            begun(&mut meter, ahead, 3);
            let all = begun(&mut meter, right, 180);
            let window = Duration::from_secs(seconds);
            assert!(all.first().is_some_and(|first| first.since(right) <= window / count), "{all:?}");
            assert!(all.iter().filter(|at| at.since(right) < window).count() <= count as usize);
        }
    }

    #[test]
    fn a_restart_forgives_no_debt() {
        let now = Timestamp::from_seconds(1_000);
        let mut before = Meter::new(rate(1, 60), now.minus(Duration::from_secs(60)));
        before.book(now);
        let kept = before.keep().expect("a long spacing is kept");
        let later = now.plus(Duration::from_secs(20));
        let mut after = Meter::new(rate(1, 60), later);
        after.restore(&kept, later);
        assert!(after.room(1, later).is_err());
        assert_eq!(after.book(later), now.plus(Duration::from_secs(60)));
        let fast = Meter::new(rate(50, 1), now);
        assert!(fast.keep().is_none() && fast.next > now, "a short one begins with a wait");
    }

    #[test]
    fn another_rate_forgives_no_debt_it_would_not_have_made_and_holds_up_nobody_for_an_older_one() {
        let now = Timestamp::from_seconds(1_000);
        let mut slow = Meter::new(rate(1, 60), now.minus(Duration::from_secs(60)));
        slow.book(now);
        let mut fast = slow.changed(rate(1, 1), now);
        assert_eq!(fast.book(now), now.plus(Duration::from_secs(1)));
        let mut slow = fast.changed(rate(1, 3_600), now);
        assert_eq!(slow.book(now), now.plus(Duration::from_secs(2)), "what was booked stays as it was");
        assert_eq!(slow.book(now), now.plus(Duration::from_secs(3_602)));
    }

    #[test]
    fn a_clock_put_back_does_not_stop_it() {
        let now = Timestamp::from_seconds(1_000);
        let mut meter = Meter::new(rate(1, 60), now);
        meter.restore(b"9999999999999999", now);
        assert_eq!(meter.book(now), now.plus(Duration::from_secs(60)));
        meter.restore(b"nonsense", now);
    }
}
