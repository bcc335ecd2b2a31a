//! Parts: captures, refunds and cancels, each by its own reference.
//!
//! A part counts once, however many events say that it was done. What undoes it pairs by the same reference; failing
//! that, with a part of the same leg and amount; failing that, it is flagged and nothing is subtracted.

use std::collections::BTreeMap;

use super::belief::Part;
use super::fold::Said;
use super::legs::Legs;
use super::sums::Flags;
use super::words::{Flag, PartState};
use crate::fact::{Effect, Subject};
use crate::id::EventId;
use crate::identity::Digest;
use crate::money::{Amount, Currency};

/// What tells one part from another: its reference, or the event when it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name<'f> {
    Named(&'f str),
    Alone(Digest),
}

impl<'f> Name<'f> {
    pub(super) fn of(one: Said<'f>) -> Self {
        if one.fact.part.is_empty() { Self::Alone(one.id) } else { Self::Named(&one.fact.part) }
    }
}

/// The latest word of each sort on one part, and what follows from them.
#[derive(Debug, Default)]
pub(super) struct Strand<'f> {
    reference: &'f str,
    leg: usize,
    pending: Option<Said<'f>>,
    done: Option<Said<'f>>,
    refused: Option<Said<'f>>,
    failed: Option<Said<'f>>,
    undone: Option<Said<'f>>,
    dropped: Option<Said<'f>>,
    /// How much was done, when the event that says so does not.
    whole: Option<Amount>,
    /// How much of it was undone.
    back: i64,
    /// Whether it was told under another reference, and is shown there.
    told_elsewhere: bool,
    events: Vec<EventId>,
}

/// The captures, with those that follow from the payment itself.
pub(super) fn captures<'f>(said: &[Said<'f>], legs: &Legs<'f>, flags: &mut Flags) -> Vec<Strand<'f>> {
    let mut strands = gather(said, Subject::Capture, legs);
    for (place, leg) in legs.iter().enumerate() {
        let Some(by) = leg.captured_by_itself() else { continue };
        if strands.iter().any(|strand| strand.leg == place && strand.done.is_some()) {
            continue;
        }
        if let Some(expired) = leg.expired() {
            flags.raise(Flag::ExpiredThoughCaptured, [by.event(), expired.event()]);
        }
        let events = vec![by.event()];
        strands.push(Strand { leg: place, done: Some(by), whole: leg.amount(), events, ..Strand::default() });
    }
    undo(&mut strands, Flag::UnpairedCaptureFailed, Flag::ContradictedCapture, flags);
    strands.retain(|strand| !strand.told_elsewhere);
    strands
}

/// The refunds and the cancels. What reverses everything becomes the one or the other, as what is captured of its leg
/// decides; a leg is marked as cancelled by the latter.
pub(super) fn refunds<'f>(
    said: &[Said<'f>],
    legs: &mut Legs<'f>,
    captures: &[Strand<'f>],
    flags: &mut Flags,
) -> (Vec<Strand<'f>>, Vec<Strand<'f>>) {
    let mut refunds = gather(said, Subject::Refund, legs);
    undo(&mut refunds, Flag::UnpairedRefundFailed, Flag::ContradictedRefund, flags);
    withdraw(&mut refunds, flags);
    refunds.retain(|strand| !strand.told_elsewhere);
    let mut cancels = gather(said, Subject::Cancel, legs);
    let refused = gather(said, Subject::Reversal, legs).into_iter().filter(|strand| strand.refused.is_some());
    cancels.extend(refused.filter(|strand| strand.done.is_none()));
    let reversals: Vec<(usize, Said<'f>)> =
        legs.iter().enumerate().flat_map(|(place, leg)| leg.reversals.iter().map(move |one| (place, *one))).collect();
    for (place, one) in reversals {
        let strand = Strand { reference: &one.fact.part, leg: place, done: Some(one), ..Strand::default() };
        let strand = Strand { events: vec![one.event()], ..strand };
        let captured = sums_of(captures, place);
        if captured.values().all(|sum| *sum == 0) && one.fact.effect != Effect::Returned {
            legs.cancel(place, one);
            cancels.push(Strand { whole: one.fact.amount, ..strand });
            continue;
        }
        if captured.is_empty() {
            flags.raise(Flag::CaptureUnknown, [one.event()]);
        }
        let given_back = sums_of(&refunds, place);
        let decimals = one.fact.amount.map_or(2, |amount| amount.decimals);
        for (currency, sum) in captured {
            let value = sum - given_back.get(&currency).copied().unwrap_or(0);
            let whole = Some(Amount { value: value.max(0), currency, decimals });
            refunds.push(Strand { whole, events: strand.events.clone(), ..strand });
        }
    }
    (refunds, cancels)
}

/// What is done and not undone of the strands of one leg.
fn sums_of(strands: &[Strand<'_>], leg: usize) -> BTreeMap<Currency, i64> {
    let mut sums = BTreeMap::new();
    for amount in strands.iter().filter(|strand| strand.leg == leg).filter_map(Strand::net) {
        let sum: &mut i64 = sums.entry(amount.currency).or_default();
        *sum = sum.saturating_add(amount.value);
    }
    sums
}

fn gather<'f>(said: &[Said<'f>], subject: Subject, legs: &Legs<'f>) -> Vec<Strand<'f>> {
    let mut places: BTreeMap<Name<'f>, usize> = BTreeMap::new();
    let mut strands: Vec<Strand<'f>> = Vec::new();
    for one in said.iter().filter(|one| one.fact.subject == subject) {
        let place = *places.entry(Name::of(*one)).or_insert_with(|| {
            let leg = legs.place(&one.fact.leg);
            strands.push(Strand { reference: &one.fact.part, leg, ..Strand::default() });
            strands.len() - 1
        });
        strands[place].take_in(*one);
    }
    strands
}

/// Pairs what failed later with what it undoes.
fn undo(strands: &mut [Strand<'_>], unpaired: Flag, contradicted: Flag, flags: &mut Flags) {
    for place in 0..strands.len() {
        let strand = &mut strands[place];
        if let (Some(done), Some(refused)) = (strand.done, strand.refused) {
            flags.raise(contradicted, [done.event(), refused.event()]);
        }
        if let (Some(done), Some(failed)) = (strand.done, strand.failed) {
            flags.raise(contradicted, [done.event(), failed.event()]);
        }
        let Some(by) = strand.undone_by() else { continue };
        let whole = strand.amount();
        if strand.done.is_some() {
            let (amount, undone) = (whole, by.fact.amount.or(whole));
            let fits =
                |whole: Amount, undone: Amount| whole.currency == undone.currency && undone.value <= whole.value.max(0);
            if !amount.zip(undone).is_some_and(|(amount, undone)| fits(amount, undone)) {
                flags.raise(unpaired, [by.event()]);
            }
            let same = undone.filter(|undone| amount.is_some_and(|amount| amount.currency == undone.currency));
            strand.back = same.map_or(0, |undone| undone.value.max(0));
        } else if strand.pending.or(strand.refused).is_none() && !pair_by_amount(strands, place, by) {
            flags.raise(unpaired, [by.event()]);
        }
    }
}

/// Undoes a part of the same leg and amount that is known under another reference; false when there is none.
fn pair_by_amount(strands: &mut [Strand<'_>], place: usize, by: Said<'_>) -> bool {
    let Some(amount) = by.fact.amount else { return false };
    let leg = strands[place].leg;
    let same = |strand: &Strand<'_>| {
        strand.leg == leg
            && strand.done.is_some()
            && strand.undone_by().is_none()
            && strand.back == 0
            && strand.amount().is_some_and(|known| known.value == amount.value && known.currency == amount.currency)
    };
    let Some(pair) = strands.iter_mut().find(|strand| same(strand)) else { return false };
    pair.back = amount.value.max(0);
    pair.events.push(by.event());
    strands[place].told_elsewhere = true;
    true
}

/// Pairs the withdrawal of a pending refund with the refund: by reference, else the same amount, else the only one.
fn withdraw(refunds: &mut [Strand<'_>], flags: &mut Flags) {
    for place in 0..refunds.len() {
        let Some(by) = refunds[place].dropped else { continue };
        if refunds[place].pending.or(refunds[place].done).is_some() {
            continue;
        }
        let leg = refunds[place].leg;
        let waits = |strand: &Strand<'_>| strand.leg == leg && strand.state() == PartState::Pending;
        let mut waiting = refunds.iter().enumerate().filter(|(_, strand)| waits(strand)).map(|(place, _)| place);
        let same = waiting.clone().find(|place| {
            let (one, other) = (refunds[*place].amount(), by.fact.amount);
            one.is_some() && one == other
        });
        let only = waiting.next().filter(|_| waiting.next().is_none());
        match same.or(only) {
            Some(pair) => {
                refunds[pair].dropped = Some(by);
                refunds[pair].events.push(by.event());
                refunds[place].told_elsewhere = true;
            }
            None => flags.raise(Flag::UnpairedRefundDropped, [by.event()]),
        }
    }
}

impl<'f> Strand<'f> {
    /// What it amounts to now; nothing when it was never done.
    pub(super) fn net(&self) -> Option<Amount> {
        self.done?;
        let amount = self.amount()?;
        Some(Amount { value: amount.value.saturating_sub(self.back).max(0), ..amount })
    }

    /// Whether it was done for an amount below zero, which is not counted.
    pub(super) fn is_negative(&self) -> bool {
        self.done.is_some() && self.amount().is_some_and(|amount| amount.value < 0)
    }

    pub(super) fn events(&self) -> &[EventId] {
        &self.events
    }

    pub(super) fn shown(self) -> Part {
        Part { reference: self.reference.to_owned(), amount: self.amount(), state: self.state(), events: self.events }
    }

    fn amount(&self) -> Option<Amount> {
        let words = [self.done, self.pending, self.undone, self.failed, self.refused, self.dropped];
        self.whole.or_else(|| words.into_iter().flatten().find_map(|one| one.fact.amount))
    }

    /// What undid it. An outcome *failed* outweighs one *done* only when it is dated after it.
    fn undone_by(&self) -> Option<Said<'f>> {
        let later = self.failed.filter(|failed| self.done.is_some_and(|done| failed.is_after(done)));
        self.undone.or(later)
    }

    fn state(&self) -> PartState {
        let gone = self.amount().is_some_and(|amount| self.back > 0 && self.back >= amount.value);
        match self {
            Self { done: Some(_), .. } if gone => PartState::Failed,
            Self { done: Some(_), .. } => PartState::Done,
            Self { undone: Some(_), .. } | Self { failed: Some(_), .. } => PartState::Failed,
            Self { refused: Some(_), .. } => PartState::Refused,
            Self { dropped: Some(_), .. } => PartState::Dropped,
            _ => PartState::Pending,
        }
    }

    fn take_in(&mut self, one: Said<'f>) {
        let slot = match one.fact.effect {
            Effect::Succeeded | Effect::Returned => &mut self.done,
            Effect::Refused => &mut self.refused,
            Effect::Failed => &mut self.failed,
            Effect::Cancelled | Effect::Expired => &mut self.dropped,
            // of two that say that it came back, the greater amount: it cannot come back twice
            Effect::Undone => match self.undone {
                Some(known) if value(known) > value(one) => return self.events.push(one.event()),
                _ => &mut self.undone,
            },
            _ => &mut self.pending,
        };
        *slot = Some(one);
        self.events.push(one.event());
    }
}

fn value(one: Said<'_>) -> Option<i64> {
    one.fact.amount.map(|amount| amount.value)
}
