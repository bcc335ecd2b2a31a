//! Retention: what goes when it is old enough, step by step, and what a step removed.

use std::fmt;
use std::str::FromStr;

use payhook_domain::id::NameId;
use payhook_domain::time::Timestamp;

/// What was received before these instants goes, by kind and by source; absent: it stays. What is pending, held, blocked,
/// dead, set aside or in conflict stays however old it is, and identities stay for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cutoffs {
    /// Now: what claims to have been received more than a day later was written by a clock that was wrong, and stays.
    pub now: Timestamp,
    /// Of every source that has none of its own.
    pub usual: Before,
    /// Sources that have their own, each once.
    pub own: Vec<(NameId, Before)>,
    /// Payments that none of the stored events is about, by their last event.
    pub payments: Option<Timestamp>,
    /// Providers whose payments have another, each once. A payment's events may have come from any source of its provider.
    pub payments_of: Vec<(NameId, Option<Timestamp>)>,
}

/// The cutoffs of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// The bytes of notifications.
    pub bodies: Option<Timestamp>,
    /// Attempts, by when they were begun.
    pub attempts: Option<Timestamp>,
    /// Events with their deliveries, attempts and bytes.
    pub events: Option<Timestamp>,
}

impl Cutoffs {
    /// The cutoffs of this source alone, when it has its own.
    pub(crate) fn own_of(&self, source: NameId) -> Option<&Before> {
        self.own.iter().find(|(own, _)| *own == source).map(|(_, before)| before)
    }

    /// Whether a payment at this provider goes, by its last event.
    pub(crate) fn payment_goes(&self, provider: NameId, updated_at: i64) -> bool {
        let own = self.payments_of.iter().find(|(own, _)| *own == provider).map(|(_, cutoff)| *cutoff);
        own.unwrap_or(self.payments).is_some_and(|cutoff| updated_at < cutoff.as_micros())
    }

    /// The latest instant before which any payment goes.
    pub(crate) fn latest_of_payments(&self) -> Option<i64> {
        let all = self.payments_of.iter().map(|(_, cutoff)| *cutoff).chain([self.payments]);
        all.flatten().max().map(Timestamp::as_micros)
    }
}

/// What a step of retention removed, or would remove.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Notifications whose bytes went.
    pub bodies: Freed,
    /// Attempts.
    pub attempts: Freed,
    /// Event rows, with what hung on them.
    pub events: Freed,
    /// Payments, and names of payments.
    pub payments: Freed,
    /// Pages of the file that went back to the disk, or could at once.
    pub returned: Freed,
    /// What was old enough and stays, since it is still needed: notifications, events, deliveries and payments.
    pub kept: u64,
    /// Where the sweep goes on; absent when it is over.
    pub next: Option<SweepPlace>,
}

/// Rows, and about how many bytes they took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freed {
    /// Rows.
    pub rows: u64,
    /// Bytes, without what the file's pages add.
    pub bytes: u64,
}

impl Pruned {
    /// Each kind by its name in the configuration.
    #[must_use]
    pub const fn kinds(&self) -> [(&'static str, Freed); 4] {
        [("bodies", self.bodies), ("attempts", self.attempts), ("events", self.events), ("payments", self.payments)]
    }

    /// Takes in what the following step of the same sweep removed.
    pub fn then(&mut self, step: Self) {
        self.bodies.add(step.bodies);
        self.attempts.add(step.attempts);
        self.events.add(step.events);
        self.payments.add(step.payments);
        self.returned.add(step.returned);
        self.kept += step.kept;
        self.next = step.next;
    }
}

impl Freed {
    pub(crate) fn count(&mut self, bytes: i64) {
        self.rows += 1;
        self.bytes += u64::try_from(bytes).unwrap_or(0);
    }

    pub(crate) fn add_all(&mut self, rows: u64, bytes_each: u64) {
        self.add(Self { rows, bytes: rows * bytes_each });
    }

    pub(crate) fn add(&mut self, more: Self) {
        self.rows += more.rows;
        self.bytes += more.bytes;
    }
}

/// How large the database's file is. What is free in it is used again by what comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Bytes of all its pages, those included that stand in the log alone.
    pub bytes: u64,
    /// Bytes of pages that hold nothing.
    pub free_bytes: u64,
    /// Whether it can give free pages back to the disk: files made since that could be.
    pub shrinks: bool,
}

/// What a sweep looks through, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Stage {
    #[default]
    Events = 0,
    Payments = 1,
    Aliases = 2,
    Retained = 3,
    Bodies = 4,
    Attempts = 5,
    Pages = 6,
}

impl Stage {
    const ALL: [Self; 7] =
        [Self::Events, Self::Payments, Self::Aliases, Self::Retained, Self::Bodies, Self::Attempts, Self::Pages];

    pub(crate) fn next(self) -> Option<Self> {
        Self::ALL.get(self as usize + 1).copied()
    }
}

/// Where a sweep goes on. Written as five numbers, for those who carry it about; the default is the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepPlace {
    pub(crate) stage: Stage,
    /// Whose turn it is, where a stage goes by sources: see `Due::of_turn`.
    pub(crate) turn: usize,
    /// Which sources those are. A reload between two steps may give the turn to others: see `Due::mark`.
    pub(crate) whose: i64,
    /// The row up to which the stage has looked, and what it wants to know beside it.
    pub(crate) at: i64,
    pub(crate) beside: i64,
}

impl SweepPlace {
    /// How much of a sweep is behind it, by its stages: from 0 to 1.
    #[must_use]
    pub fn progress(self) -> f64 {
        f64::from(self.stage as u8) / Stage::ALL.len() as f64
    }
}

impl fmt::Display for SweepPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.{}.{}", self.stage as u8, self.turn, self.whose, self.at, self.beside)
    }
}

/// Not a place of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a sweep")]
pub struct NotAPlace;

impl FromStr for SweepPlace {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let mut numbers = text.splitn(5, '.').map(|number| number.parse::<i64>().ok());
        let mut number = || numbers.next().flatten().ok_or(NotAPlace);
        let stage = usize::try_from(number()?).ok().and_then(|stage| Stage::ALL.get(stage)).ok_or(NotAPlace)?;
        let turn = usize::try_from(number()?).map_err(|_| NotAPlace)?;
        Ok(Self { stage: *stage, turn, whose: number()?, at: number()?, beside: number()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_as_it_is_written() {
        let place = SweepPlace { stage: Stage::Bodies, turn: 3, whose: -9, at: 17, beside: -2 };
        assert_eq!(place.to_string().parse(), Ok(place));
        for no in ["", "7.1.1.1.1", "1.1.1.1", "1.1.1.1.1.1", "a.1.1.1.1", "1.-1.1.1.1"] {
            assert_eq!(no.parse::<SweepPlace>(), Err(NotAPlace), "{no}");
        }
    }
}
