//! Parts: captures, refunds and cancels, each by its own reference.
//!
//! A part counts once, however many events say that it was done. What undoes it pairs by the same reference; failing
//! that, with a part of the same leg and amount; failing that, it is flagged and nothing is subtracted. `reversals`
//! makes refunds and cancels of what reverses everything.

mod reversals;

use std::collections::BTreeMap;
use std::iter;

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
    /// Whether all of it was undone, where no event says how much it was.
    gone: bool,
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
    let lone = undo(&mut strands, Flag::UnpairedCaptureFailed, Flag::ContradictedCapture, flags);
    let lone = pair_by_amount(&mut strands, lone);
    flag_unpaired(&strands, lone, Flag::UnpairedCaptureFailed, flags);
    strands.retain(|strand| !strand.told_elsewhere);
    strands
}

/// The refunds and the cancels. What reverses everything becomes the one or the other, as what is captured of its leg
/// decides; a leg is marked as cancelled by the latter. A reversal that refunded can be undone as any refund can.
pub(super) fn refunds<'f>(
    said: &[Said<'f>],
    legs: &mut Legs<'f>,
    captures: &[Strand<'f>],
    flags: &mut Flags,
) -> (Vec<Strand<'f>>, Vec<Strand<'f>>) {
    let mut refunds = gather(said, Subject::Refund, legs);
    let undone = reversals::take_undone(&mut refunds, legs);
    let lone = undo(&mut refunds, Flag::UnpairedRefundFailed, Flag::ContradictedRefund, flags);
    let mut lone = pair_by_amount(&mut refunds, lone);
    withdraw(&mut refunds, flags);
    let mut cancels = gather(said, Subject::Cancel, legs);
    let refused = gather(said, Subject::Reversal, legs).into_iter().filter(|strand| strand.refused.is_some());
    cancels.extend(refused.filter(|strand| strand.done.is_none()));
    let unpaired = reversals::join(&mut refunds, &mut cancels, undone, legs, captures, flags);
    lone.extend((0..unpaired.len()).map(|place| refunds.len() + place));
    refunds.extend(unpaired);
    let lone = pair_by_amount(&mut refunds, lone);
    flag_unpaired(&refunds, lone, Flag::UnpairedRefundFailed, flags);
    refunds.retain(|strand| !strand.told_elsewhere);
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

/// Pairs what failed later with the part of the same reference. Those that undo a part nobody told of are given back. What
/// failed after it was done contradicts nothing.
fn undo(strands: &mut [Strand<'_>], unpaired: Flag, contradicted: Flag, flags: &mut Flags) -> Vec<usize> {
    let mut lone = Vec::new();
    for (place, strand) in strands.iter_mut().enumerate() {
        let failed = strand.failed.filter(|failed| strand.done.is_none_or(|done| !failed.is_after(done)));
        for against in iter::chain(strand.refused, failed) {
            if let Some(done) = strand.done {
                flags.raise(contradicted, [done.event(), against.event()]);
            }
        }
        let Some(by) = strand.undone_by() else { continue };
        if strand.done.is_some() {
            if !strand.take_back(by) {
                flags.raise(unpaired, [by.event()]);
            }
        } else if strand.pending.or(strand.refused).or(strand.failed).is_none() {
            lone.push(place);
        }
    }
    lone
}

/// Undoes parts of the same leg and amount that are known under another reference. Those that find none are given back.
fn pair_by_amount(strands: &mut [Strand<'_>], mut lone: Vec<usize>) -> Vec<usize> {
    lone.retain(|place| {
        let Some(by) = strands[*place].undone_by() else { return false };
        let Some(amount) = by.fact.amount else { return true };
        let leg = strands[*place].leg;
        let same = |strand: &Strand<'_>| {
            strand.leg == leg
                && strand.done.is_some()
                && strand.undone_by().is_none()
                && strand.amount().is_some_and(|known| known.value == amount.value && known.currency == amount.currency)
        };
        let Some(pair) = strands.iter_mut().find(|strand| same(strand)) else { return true };
        pair.undone = Some(by);
        pair.back = amount.value.max(0);
        pair.events.push(by.event());
        strands[*place].told_elsewhere = true;
        false
    });
    lone
}

/// Says of each of these that it undoes nothing that is known.
fn flag_unpaired(strands: &[Strand<'_>], lone: Vec<usize>, flag: Flag, flags: &mut Flags) {
    for by in lone.into_iter().filter_map(|place| strands[place].undone_by()) {
        flags.raise(flag, [by.event()]);
    }
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

    /// Takes back what `by` undoes of it; false when that is more than it was, or of another currency. Where a provider names
    /// no amounts that is all of it.
    fn take_back(&mut self, by: Said<'f>) -> bool {
        let whole = self.amount();
        let Some((whole, undone)) = whole.zip(by.fact.amount.or(whole)) else {
            self.gone = true;
            return true;
        };
        if whole.currency != undone.currency {
            return false;
        }
        self.back = undone.value.max(0);
        undone.value <= whole.value.max(0)
    }

    /// What undid it. An outcome *failed* outweighs one *done* only when it is dated after it.
    fn undone_by(&self) -> Option<Said<'f>> {
        let later = self.failed.filter(|failed| self.done.is_some_and(|done| failed.is_after(done)));
        self.undone.or(later)
    }

    fn state(&self) -> PartState {
        let gone = self.gone || self.amount().is_some_and(|amount| self.back > 0 && self.back >= amount.value);
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
