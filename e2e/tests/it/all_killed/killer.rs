//! Who kills them: one after the other in an order of chance, now and then all at once, at moments of chance by a seed; and
//! after each round has sent again what could not be sent meanwhile.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::street::{Process, Street};

/// How long they are left alone before the next kill, in milliseconds. The shortest is nothing: a start is interrupted too.
const PEACE_MS_MAX: u64 = 250;
/// How long one is down at most, in milliseconds: a service manager starts it again.
const DOWN_MS_MAX: u64 = 250;
/// One kill in so many is of all three: the machine itself.
const ALL_IN: u32 = 8;

/// A killer at work.
pub(super) struct Killer<'s> {
    pub(super) street: &'s mut Street,
    /// Whether it is over.
    pub(super) ended: &'s AtomicBool,
    /// How many were killed, for others to see.
    pub(super) killed: &'s AtomicUsize,
}

/// How often each was killed.
#[derive(Debug, Default)]
pub(super) struct Kills(BTreeMap<Process, usize>);

impl Killer<'_> {
    /// Kills until it is over.
    pub(super) fn run(self, seed: u64) -> Kills {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut kills = Kills::default();
        loop {
            let mut turn = Process::ALL;
            random.shuffle(&mut turn);
            for process in turn {
                std::thread::sleep(Duration::from_millis(random.u64(..PEACE_MS_MAX)));
                if self.ended.load(Ordering::Relaxed) {
                    return kills;
                }
                let victims = if random.u32(..ALL_IN) == 0 { turn.to_vec() } else { vec![process] };
                victims.iter().for_each(|process| self.street.kill(*process));
                std::thread::sleep(Duration::from_millis(random.u64(..DOWN_MS_MAX)));
                for process in victims {
                    self.street.restart(process);
                    *kills.0.entry(process).or_default() += 1;
                    self.killed.fetch_add(1, Ordering::Relaxed);
                }
            }
            self.street.hurry();
        }
    }
}

impl Kills {
    /// Few kills prove little, and so do kills of one alone.
    pub(super) fn assert_enough(&self, min: usize) {
        let each = Process::ALL.map(|process| self.0.get(&process).copied().unwrap_or_default());
        assert!(each.iter().sum::<usize>() >= min && each.iter().all(|kills| *kills >= min / 6), "too few: {self}");
    }
}

impl fmt::Display for Kills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: usize = self.0.values().sum();
        let each: Vec<_> = self.0.iter().map(|(process, kills)| format!("{process:?} {kills}")).collect();
        write!(f, "{all} kills ({})", each.join(", "))
    }
}
