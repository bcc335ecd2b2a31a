//! Legs: the provider's payments a payment consists of, one for most, several for an order paid in parts.
//!
//! Within a leg an authorisation outweighs a refusal, whichever came first: the provider may refuse and, seconds later,
//! authorise under one reference. Along a bank transfer's ladder nothing moves backwards: *settled* outweighs *sent*,
//! and *sent* outweighs *failed* and *cancelled*, unless the failure is dated after it. A try that ended is not the end
//! when another is under way: *pending* outweighs the *failed*, *refused* and *abandoned* that are dated before it.

use std::iter;

use super::belief::Leg;
use super::fold::Said;
use super::sums::Flags;
use super::words::{Flag, Status};
use crate::fact::{Capture, Effect, Subject};
use crate::id::EventId;
use crate::money::Amount;

/// The legs, by name.
#[derive(Debug, Default)]
pub(super) struct Legs<'f>(Vec<Strip<'f>>);

/// The latest word of each sort on one leg.
#[derive(Debug, Default)]
pub(super) struct Strip<'f> {
    name: &'f str,
    authorised: Option<Said<'f>>,
    adjusted: Option<Said<'f>>,
    initiated: Option<Said<'f>>,
    pending: Option<Said<'f>>,
    refused: Option<Said<'f>>,
    abandoned: Option<Said<'f>>,
    expired: Option<Said<'f>>,
    sent: Option<Said<'f>>,
    settled: Option<Said<'f>>,
    failed: Option<Said<'f>>,
    /// Cancelled, by a cancel of its own or by the payer before anything was authorised.
    cancelled: Option<Said<'f>>,
    /// Cancels or refunds of everything; `parts` decides which.
    pub(super) reversals: Vec<Said<'f>>,
    /// Whether a capture or a refund of it was done, which nobody does without an authorisation.
    moved: bool,
    events: Vec<EventId>,
}

/// The legs these facts speak of. A fact that names none belongs to the only one there is.
pub(super) fn gather<'f>(said: &[Said<'f>]) -> Legs<'f> {
    let of_legs = said.iter().filter(|one| is_of_a_leg(one.fact.subject));
    let mut names: Vec<&str> = of_legs.clone().map(|one| one.fact.leg.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() == 2 && names[0].is_empty() {
        names.remove(0);
    }
    let mut legs = Legs(names.into_iter().map(|name| Strip { name, ..Strip::default() }).collect());
    for one in of_legs {
        let place = legs.place(&one.fact.leg);
        legs.0[place].take_in(*one);
    }
    legs
}

fn is_of_a_leg(subject: Subject) -> bool {
    match subject {
        Subject::Payment
        | Subject::Adjustment
        | Subject::Capture
        | Subject::Cancel
        | Subject::Refund
        | Subject::Reversal => true,
        Subject::Dispute | Subject::Order | Subject::Risk => false,
    }
}

impl<'f> Legs<'f> {
    /// The number of the leg with this name; of the only one when none is named.
    pub(super) fn place(&self, name: &str) -> usize {
        self.0.binary_search_by(|leg| leg.name.cmp(name)).unwrap_or(0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Strip<'f>> {
        self.0.iter()
    }

    /// Cancels one of them.
    pub(super) fn cancel(&mut self, place: usize, by: Said<'f>) {
        self.0[place].cancelled = Some(by);
    }

    /// Adds a reversal to each leg that was authorised under the reference of `order`; false when one was authorised
    /// under another.
    pub(super) fn reverse_all(&mut self, order: Said<'f>) -> bool {
        let mut all = true;
        for leg in self.0.iter_mut().filter(|leg| leg.is_authorised()) {
            let reference = leg.authorised.or(leg.adjusted).and_then(|one| one.fact.reference.as_deref());
            if reference.is_some() && reference == order.fact.reference.as_deref() {
                leg.reversals.push(order);
            } else {
                all = false;
            }
        }
        all
    }

    /// Who captures, by what was configured when it was authorised.
    pub(super) fn capture(&self) -> Option<Capture> {
        self.0.iter().find_map(Strip::capture)
    }

    /// Whether nothing more can be captured of any.
    pub(super) fn closed(&self) -> bool {
        !self.is_empty() && self.0.iter().all(|leg| leg.cancelled.or(leg.expired).is_some())
    }

    /// The first of these statuses that a leg has.
    pub(super) fn furthest(&self, statuses: impl IntoIterator<Item = Status>) -> Option<Status> {
        statuses.into_iter().find(|status| self.0.iter().any(|leg| leg.status() == *status))
    }

    pub(super) fn shown(self, flags: &mut Flags) -> Vec<Leg> {
        for leg in &self.0 {
            let contradicted = leg.settled.or(leg.sent).zip(leg.failed.or(leg.cancelled));
            if let Some((done, undone)) = contradicted {
                flags.raise(Flag::ContradictedPayment, [done.event(), undone.event()]);
            }
        }
        let shown = |leg: Strip<'f>| Leg {
            reference: leg.name.to_owned(),
            status: leg.status(),
            authorised: leg.amount(),
            events: leg.events,
        };
        self.0.into_iter().map(shown).collect()
    }
}

impl<'f> Strip<'f> {
    /// What is authorised: what an adjustment made of it, else what was authorised, else what was sent.
    pub(super) fn amount(&self) -> Option<Amount> {
        self.adjusted.or(self.authorised).or_else(|| self.transferred())?.fact.amount
    }

    pub(super) fn is_authorised(&self) -> bool {
        self.authorised.or(self.adjusted).or_else(|| self.transferred()).is_some()
    }

    /// The events that authorised it.
    pub(super) fn authorised_by(&self) -> impl Iterator<Item = EventId> {
        iter::chain(self.authorised, self.adjusted).map(Said::event)
    }

    /// The fact that says that the money is captured without a capture: it was sent, or the account captures by itself
    /// and nothing cancelled it before.
    pub(super) fn captured_by_itself(&self) -> Option<Said<'f>> {
        let automatic = self.capture() == Some(Capture::Automatic) && self.cancelled.is_none();
        self.transferred().or_else(|| self.adjusted.or(self.authorised).filter(|_| automatic))
    }

    /// The expiry.
    pub(super) fn expired(&self) -> Option<Said<'f>> {
        self.expired
    }

    fn capture(&self) -> Option<Capture> {
        let words = [self.authorised, self.adjusted, self.pending, self.refused, self.initiated];
        words.into_iter().flatten().find_map(|one| one.fact.capture)
    }

    /// The settling or sending of a bank transfer, where it stands: one that came back may be sent again after that.
    fn transferred(&self) -> Option<Said<'f>> {
        let mut undoers = [self.failed, self.cancelled].into_iter().flatten();
        let undone = |done: Said<'f>| undoers.clone().any(|one| one.is_after(done));
        match self.settled {
            Some(settled) if !undone(settled) => Some(settled),
            Some(_) => self.sent.filter(|sent| undoers.all(|one| sent.is_after(one))),
            None => self.sent.filter(|sent| !undone(*sent)),
        }
    }

    /// Whether a try is under way that began after every one that ended; never where a date is missing.
    fn is_tried_again(&self) -> bool {
        let mut ended = [self.failed, self.refused, self.abandoned].into_iter().flatten().peekable();
        ended.peek().is_some() && self.pending.is_some_and(|pending| ended.all(|one| pending.is_after(one)))
    }

    fn status(&self) -> Status {
        let (stands, again) = (self.transferred().map(|done| done.fact.effect), self.is_tried_again());
        let ladder = [
            (stands == Some(Effect::Settled), Status::Settled),
            (stands.is_some(), Status::Sent),
            (self.failed.is_some() && self.sent.or(self.settled).is_some() && !again, Status::Failed),
            (self.cancelled.is_some(), Status::Cancelled),
            (self.expired.is_some(), Status::Expired),
            (self.is_authorised() || self.moved, Status::Authorised),
            (again, Status::Pending),
            (self.failed.is_some(), Status::Failed),
            (self.refused.is_some(), Status::Refused),
            (self.abandoned.is_some(), Status::Abandoned),
            (self.pending.is_some(), Status::Pending),
        ];
        ladder.into_iter().find(|(holds, _)| *holds).map_or(Status::Initiated, |(_, status)| status)
    }

    fn take_in(&mut self, one: Said<'f>) {
        let slot = match (one.fact.subject, one.fact.effect) {
            (Subject::Payment, Effect::Succeeded) => &mut self.authorised,
            (Subject::Payment, Effect::Initiated) => &mut self.initiated,
            (Subject::Payment, Effect::Pending) => &mut self.pending,
            (Subject::Payment, Effect::Refused) => &mut self.refused,
            (Subject::Payment, Effect::Abandoned) => &mut self.abandoned,
            (Subject::Payment, Effect::Expired) => &mut self.expired,
            (Subject::Payment, Effect::Sent) => &mut self.sent,
            (Subject::Payment, Effect::Settled) => &mut self.settled,
            (Subject::Payment, Effect::Failed | Effect::Undone) => &mut self.failed,
            (Subject::Payment, Effect::Cancelled) | (Subject::Cancel, Effect::Succeeded) => &mut self.cancelled,
            (Subject::Adjustment, Effect::Succeeded) => &mut self.adjusted,
            (Subject::Reversal, Effect::Succeeded | Effect::Returned) => return self.reversals.push(one),
            (Subject::Capture | Subject::Refund, Effect::Succeeded) => return self.moved = true,
            _ => return,
        };
        *slot = Some(one);
        self.events.push(one.event());
    }
}
