//! The circuit breaker of one destination: after enough failed tries in a row it opens, and nothing is tried but a probe
//! at the end of each rest.
//!
//! ```text
//! closed ──failures in a row──▶ resting ──rest over──▶ probing ──delivered or rejected──▶ closed
//!                                  ▲                      └──failed: a rest twice as long──┐
//!                                  └──────────────────────────────────────────────────────┘
//! ```
//! It opens after so many failures in a row as configured, or after [`FEW`] of them over more than the longest rest:
//! a quiet destination would otherwise spend every try of its one delivery before so many had failed. Any ending but
//! delivered and rejected is a failure, whatever the status: a destination that says 404 to everything is down, too.
//!
//! It remembers when the destination was down. Tries made then do not count towards a delivery's end, so an outage of
//! any length leaves no dead letter. Failures in a row are kept, too: over days of outage a gateway may be started again
//! between any two tries of a quiet destination.

#[cfg(test)]
mod suite;

use std::collections::VecDeque;
use std::time::Duration;

use payhook_domain::retry::Schedule;
use payhook_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::Breaker as Patience;

/// Failures in a row that open it when they are spread over more than the longest rest.
const FEW: u32 = 3;

/// Outages remembered; of older ones the tries count.
const OUTAGES_MAX: usize = 64;

/// How often failures in a row are kept: a busy destination opens its breaker sooner, and one that fails and answers by
/// turns is not to be written down at every turn.
const STREAK_KEPT_EVERY: Duration = Duration::from_secs(60);

/// How far a rest may stray, so that two gateways do not probe in step.
const JITTER: f64 = 0.1;

/// The breaker. Every question comes with the time it is asked at.
#[derive(Debug)]
pub(crate) struct Breaker {
    patience: Option<Patience>,
    open: Option<Open>,
    streak: Option<Streak>,
    /// When failures in a row were kept last, and whether what is kept still says so.
    streak_kept: (Option<Timestamp>, bool),
    outages: VecDeque<(i64, i64)>,
    /// Counts openings, so that what was begun before one says nothing about what came after it.
    epoch: u32,
    seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Open {
    since: Timestamp,
    until: Timestamp,
    /// The present rest, before jitter.
    rest: Duration,
    probing: bool,
    /// A person asked for a probe: it takes what is owed, due or not.
    hurried: bool,
}

/// Failures in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Streak {
    failures: u32,
    since: Timestamp,
}

/// Whether a try may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum May {
    /// It may.
    Begin,
    /// One may, to see whether the destination is back.
    Probe,
    /// None may, before this; or before the probe that is under way has ended.
    Rest(Option<Timestamp>),
}

/// What a try changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It opened.
    Opened {
        /// Failures in a row.
        failures: u32,
        /// When it is probed.
        until: Timestamp,
    },
    /// A probe failed.
    Longer {
        /// When it is probed again.
        until: Timestamp,
    },
    /// The destination is back.
    Closed,
}

/// What a try was begun as; given back with its ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Begun {
    epoch: u32,
    probe: bool,
}

/// What survives a restart.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    open: Option<KeptOpen>,
    /// How many failures in a row, and since when.
    streak: Option<(u32, i64)>,
    /// From and to, in microseconds.
    outages: Vec<(i64, i64)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptOpen {
    since: i64,
    until: i64,
    rest_ms: u64,
}

impl Breaker {
    /// A closed one; without patience it never opens. `seed` spreads its rests.
    pub(crate) fn new(patience: Option<Patience>, seed: u64) -> Self {
        Self {
            patience,
            open: None,
            streak: None,
            streak_kept: (None, false),
            outages: VecDeque::new(),
            epoch: 0,
            seed,
        }
    }

    /// As it was when `kept` was written. A rest that would outlast the longest one was written under another clock or
    /// configuration and ends in time.
    pub(crate) fn restore(&mut self, kept: &[u8], now: Timestamp) {
        let Ok(Kept { open, streak, outages }) = serde_json::from_slice(kept) else { return };
        self.outages = outages.into();
        let open = open.map(|open| Open {
            since: Timestamp::from_micros(open.since),
            until: Timestamp::from_micros(open.until),
            rest: Duration::from_millis(open.rest_ms),
            probing: false,
            hurried: false,
        });
        let open = open.map(|open| self.put_right(open, now));
        let Some(patience) = self.patience else {
            if let Some(open) = open {
                self.remember(open, now);
                // What is kept says that it is open: the next ending writes that it is not.
                self.streak_kept = (None, true);
            }
            return;
        };
        self.streak = streak.map(|(failures, since)| {
            let since = Timestamp::from_micros(since).min(now);
            Streak { failures, since }
        });
        self.streak_kept = (None, streak.is_some());
        let Some(open) = open else { return };
        self.open = Some(Open {
            until: open.until.min(now.plus(patience.rest_max)),
            rest: open.rest.clamp(patience.rest, patience.rest_max),
            ..open
        });
    }

    /// Goes by another patience from now on. Without one an open breaker closes; with a shorter one a rest ends in time.
    pub(crate) fn change(&mut self, patience: Option<Patience>, now: Timestamp) {
        if self.patience == patience {
            return;
        }
        self.patience = patience;
        let Some(patience) = patience else {
            self.streak = None;
            if let Some(open) = self.open.take() {
                self.remember(open, now);
            }
            return;
        };
        self.look_at_clock(now);
        if let Some(open) = &mut self.open {
            open.until = open.until.min(now.plus(patience.rest_max));
            open.rest = open.rest.clamp(patience.rest, patience.rest_max);
        }
    }

    /// What [`Self::restore`] reads.
    pub(crate) fn keep(&self) -> Vec<u8> {
        let open = self.open.map(|open| KeptOpen {
            since: open.since.as_micros(),
            until: open.until.as_micros(),
            rest_ms: u64::try_from(open.rest.as_millis()).unwrap_or(u64::MAX),
        });
        let streak = self.streak.map(|streak| (streak.failures, streak.since.as_micros()));
        let kept = Kept { open, streak, outages: self.outages.iter().copied().collect() };
        serde_json::to_vec(&kept).unwrap_or_default()
    }

    /// Whether a try may begin at `now`.
    pub(crate) fn may(&self, now: Timestamp) -> May {
        match self.open {
            None => May::Begin,
            Some(open) if open.probing => May::Rest(None),
            Some(open) if open.until > now && open.until <= self.longest_rest(now) => May::Rest(Some(open.until)),
            // The rest is over; or it ends later than any can, since the clock was put back.
            Some(_) => May::Probe,
        }
    }

    /// When a rest that begins at `now` is over at the latest.
    fn longest_rest(&self, now: Timestamp) -> Timestamp {
        now.plus(self.patience.map_or(Duration::ZERO, |patience| patience.rest_max))
    }

    /// A try begins; a probe when that is all there may be.
    pub(crate) fn begin(&mut self) -> Begun {
        let probe = self.open.as_mut().map(|open| open.probing = true).is_some();
        Begun { epoch: self.epoch, probe }
    }

    /// A try ended without an ending: nothing is known.
    pub(crate) fn abandon(&mut self, begun: Begun) {
        if let (true, Some(open)) = (self.is_present(begun), &mut self.open) {
            open.probing = false;
        }
    }

    /// The destination took it, or said never: it is there.
    pub(crate) fn answered(&mut self, begun: Begun, now: Timestamp) -> Option<Turn> {
        if !self.is_present(begun) {
            return None;
        }
        self.streak = None;
        let open = self.open.take()?;
        self.remember(open, now);
        Some(Turn::Closed)
    }

    /// The try failed; `asked` is how long the destination wants to be left alone.
    pub(crate) fn failed(
        &mut self,
        begun: Begun,
        started_at: Timestamp,
        now: Timestamp,
        asked: Option<Duration>,
    ) -> Option<Turn> {
        let patience = self.patience?;
        self.look_at_clock(now);
        if !self.is_present(begun) {
            return None;
        }
        if let Some(open) = self.open {
            let rest = open.rest.saturating_mul(2).min(patience.rest_max);
            let until = self.end_of(rest, patience, now, asked);
            self.open = Some(Open { until, rest, probing: false, hurried: false, ..open });
            return Some(Turn::Longer { until });
        }
        let streak = self.streak.get_or_insert(Streak { failures: 0, since: started_at });
        streak.failures = streak.failures.saturating_add(1);
        streak.since = streak.since.min(started_at);
        let Streak { failures, since } = *streak;
        let quietly = failures >= FEW && now.since(since) > patience.rest_max;
        if failures < patience.failures && !quietly {
            return None;
        }
        self.epoch = self.epoch.wrapping_add(1);
        self.streak = None;
        let until = self.end_of(patience.rest, patience, now, asked);
        self.open = Some(Open { since, until, rest: patience.rest, probing: false, hurried: false });
        Some(Turn::Opened { failures, until })
    }

    /// Whether failures in a row have begun, gone on or ended so that it is worth keeping now. What turned is kept anyway.
    pub(crate) fn streak_is_news(&mut self, now: Timestamp) -> bool {
        let (kept_at, is_kept) = self.streak_kept;
        let news = match self.streak {
            Some(_) => kept_at.is_none_or(|at| now.since(at) >= STREAK_KEPT_EVERY),
            None => is_kept,
        };
        if news {
            self.streak_kept = (self.streak.map(|_| now).or(kept_at), self.streak.is_some());
        }
        news
    }

    /// Ends the rest: the next look probes, with whatever is owed. Whether there was one.
    pub(crate) fn wake(&mut self, now: Timestamp) -> bool {
        self.look_at_clock(now);
        let Some(open) = &mut self.open else { return false };
        let rested = open.until > now;
        open.until = open.until.min(now);
        open.hurried = true;
        rested
    }

    /// How far ahead of its time a delivery may be taken for a probe. One that failed while its destination was down is due
    /// when the rest would have been over; a person who ends the rest does not wait for that.
    pub(crate) fn probes_ahead(&self) -> Duration {
        let hurried = self.open.is_some_and(|open| open.hurried);
        if hurried { Schedule::DELAY_MAX } else { Duration::ZERO }
    }

    /// Since when it is open, and until when it rests.
    pub(crate) fn resting(&self) -> Option<(Timestamp, Timestamp)> {
        self.open.map(|open| (open.since, open.until))
    }

    /// Failures in a row while it is closed.
    pub(crate) fn failures(&self) -> u32 {
        self.streak.map_or(0, |streak| streak.failures)
    }

    /// Whether the destination was down at `at`, as far as is remembered.
    pub(crate) fn was_down(&self, at: Timestamp) -> bool {
        let at = at.as_micros();
        self.outages.iter().any(|(from, to)| (*from..=*to).contains(&at))
            || self.open.is_some_and(|open| open.since.as_micros() <= at)
    }

    /// Whether it was down at any time since `at`.
    pub(crate) fn was_down_since(&self, at: Timestamp) -> bool {
        // The last need not be the latest: a clock may have been put back since.
        self.open.is_some() || self.outages.iter().any(|(_, to)| *to >= at.as_micros())
    }

    /// Looks whether the clock was put back while it is open.
    fn look_at_clock(&mut self, now: Timestamp) {
        if let Some(open) = self.open.take() {
            self.open = Some(self.put_right(open, now));
        }
    }

    /// The outage as this clock has it: begun no later than `now`. What lies ahead is remembered by itself, as far as a
    /// try can have been dated, which is the rest's end: up to `now` nothing of it would be known as down.
    fn put_right(&mut self, open: Open, now: Timestamp) -> Open {
        if open.since <= now {
            return open;
        }
        self.push(open.since, open.until.max(open.since));
        Open { since: now, ..open }
    }

    fn remember(&mut self, open: Open, now: Timestamp) {
        let open = self.put_right(open, now);
        self.push(open.since, now);
    }

    fn push(&mut self, from: Timestamp, to: Timestamp) {
        self.outages.push_back((from.as_micros(), to.as_micros()));
        while self.outages.len() > OUTAGES_MAX {
            self.outages.pop_front();
        }
    }

    fn is_present(&self, begun: Begun) -> bool {
        begun.epoch == self.epoch && begun.probe == self.open.is_some()
    }

    fn end_of(&self, rest: Duration, patience: Patience, now: Timestamp, asked: Option<Duration>) -> Timestamp {
        let seed = self.seed ^ now.as_micros().unsigned_abs();
        let spread = Schedule::new(vec![rest.min(Schedule::DELAY_MAX)], JITTER);
        let wait = spread.and_then(|spread| spread.after(1, seed, asked)).unwrap_or(rest);
        now.plus(wait.min(patience.rest_max))
    }
}
