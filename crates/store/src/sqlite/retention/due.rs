//! What is old enough to go, by the source it came from.

use payhook_domain::id::NameId;
use payhook_domain::identity::Digest;
use payhook_domain::time::Timestamp;

use super::step::DAY;
use crate::{Before, Cutoffs};

/// The cutoffs of one kind, for some sources.
#[derive(Clone, Copy)]
pub(super) struct Due<'c> {
    cut: &'c Cutoffs,
    kind: fn(&Before) -> Option<Timestamp>,
    whose: Whose,
    latest: i64,
}

/// Which sources are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    All,
    /// Those that have no cutoffs of their own.
    Usual,
    One(NameId),
}

impl<'c> Due<'c> {
    /// For all sources; nothing when none of it ever goes.
    pub(super) fn of_all(cut: &'c Cutoffs, kind: fn(&Before) -> Option<Timestamp>) -> Option<Self> {
        Self::of(cut, kind, Whose::All)
    }

    /// For those sources alone whose turn it is: first those without cutoffs of their own, then each of the others.
    pub(super) fn of_turn(cut: &'c Cutoffs, kind: fn(&Before) -> Option<Timestamp>, turn: usize) -> Option<Self> {
        let whose = match turn.checked_sub(1) {
            None => Whose::Usual,
            Some(position) => Whose::One(cut.own.get(position)?.0),
        };
        Self::of(cut, kind, whose)
    }

    fn of(cut: &'c Cutoffs, kind: fn(&Before) -> Option<Timestamp>, whose: Whose) -> Option<Self> {
        let own = cut.own.iter().map(|(source, before)| (Whose::One(*source), before));
        let looked_at = own.chain([(Whose::Usual, &cut.usual)]).filter(|(of, _)| whose == Whose::All || whose == *of);
        let latest = looked_at.filter_map(|(_, before)| kind(before)).max()?.as_micros();
        Some(Self { cut, kind, whose, latest })
    }

    /// Whether this source is looked at.
    pub(super) fn covers(&self, source: NameId) -> bool {
        match self.whose {
            Whose::All => true,
            Whose::Usual => self.cut.own_of(source).is_none(),
            Whose::One(one) => one == source,
        }
    }

    /// Before when what came from this source goes.
    pub(super) fn cutoff(&self, source: NameId) -> Option<i64> {
        let before = self.cut.own_of(source).unwrap_or(&self.cut.usual);
        (self.kind)(before).filter(|_| self.covers(source)).map(Timestamp::as_micros)
    }

    /// Whether what this source received at `at` goes.
    pub(super) fn goes(&self, source: NameId, at: i64) -> bool {
        self.cutoff(source).is_some_and(|cutoff| at < cutoff)
    }

    /// Whether nothing goes that was received at `at`, or after it, from whomever.
    pub(super) fn is_young(&self, at: i64) -> bool {
        at >= self.latest
    }

    /// Whether it was received by a clock that was wrong: more than a day after now.
    pub(super) fn is_ahead(&self, at: i64) -> bool {
        at > self.cut.now.plus(DAY).as_micros()
    }

    /// The same as a number, for a place that is carried about.
    pub(super) fn mark(&self) -> i64 {
        Digest::of([self.name().as_bytes()]).as_bytes().first_chunk().map_or(0, |mark| i64::from_be_bytes(*mark))
    }

    /// Which sources these are, in a word that is another for others.
    pub(super) fn name(&self) -> String {
        let own: Vec<String> = self.cut.own.iter().map(|(source, _)| source.0.to_string()).collect();
        match self.whose {
            Whose::One(source) => format!("/{}", source.0),
            Whose::Usual if !own.is_empty() => format!("/but/{}", own.join(",")),
            Whose::Usual | Whose::All => String::new(),
        }
    }
}
