//! From the facts of a payment to what is believed about it.

use super::belief::{Order, Payment, Stated};
use super::legs::{self, Legs};
use super::parts::Name;
use super::sums::Flags;
use super::words::{Flag, OrderState, Status};
use super::{disputes, parts, sums};
use crate::event::Checks;
use crate::fact::{Effect, Fact, Subject};
use crate::id::EventId;
use crate::identity::Digest;
use crate::money::Currency;
use crate::time::Timestamp;

/// One fact, and the event that states it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'f> {
    pub(super) id: Digest,
    pub(super) fact: &'f Fact,
}

impl<'f> Said<'f> {
    pub(super) fn event(self) -> EventId {
        EventId(self.id)
    }

    /// Whether this is dated after `other`; never when one of them has no date.
    pub(super) fn is_after(self, other: Self) -> bool {
        self.fact.occurred_at.zip(other.fact.occurred_at).is_some_and(|(this, other)| this > other)
    }

    /// What decides where a later value replaces an earlier one.
    fn key(&self) -> (Option<Timestamp>, &'f str, u8, Digest) {
        (self.fact.occurred_at, &self.fact.part, rung(self.fact.effect), self.id)
    }
}

/// What these facts amount to; `overfull` when there were more than are given.
pub(super) fn fold<'f>(facts: impl Iterator<Item = (Digest, &'f Fact)>, overfull: bool) -> Payment {
    let mut said: Vec<Said<'f>> = facts.map(|(id, fact)| Said { id, fact }).collect();
    said.sort_unstable_by(|one, other| one.key().cmp(&other.key()));
    let mut flags = Flags::default();
    if overfull {
        flags.raise(Flag::TooManyFacts, []);
    }
    let mut legs = legs::gather(&said);
    let orders = orders(&said, &mut legs, &mut flags);
    let captures = parts::captures(&said, &legs, &mut flags);
    let (refunds, cancels) = parts::refunds(&said, &mut legs, &captures, &mut flags);
    let disputes = disputes::gather(&said, &mut flags);
    let totals = sums::totals(currency(&said), &legs, &captures, &refunds, &disputes, &mut flags);
    risk(&said, &mut flags);
    Payment {
        status: legs.status(&totals, &orders),
        closed: legs.closed(),
        currency: currency(&said),
        totals,
        capture: legs.capture(),
        method: method(&said),
        checks: checks(&said),
        references: references(&said),
        legs: legs.shown(&mut flags),
        captures: captures.into_iter().map(parts::Strand::shown).collect(),
        refunds: refunds.into_iter().map(parts::Strand::shown).collect(),
        cancels: cancels.into_iter().map(parts::Strand::shown).collect(),
        disputes: disputes.into_iter().map(|dispute| dispute.shown).collect(),
        orders,
        flags: flags.listed(),
    }
}

/// How far an effect is on its subject's ladder: what wins when two have the same date. Only disputes have one that is
/// not the effects' own order.
fn rung(effect: Effect) -> u8 {
    match effect {
        Effect::InfoRequested => 20,
        Effect::Opened => 21,
        Effect::ChargedBack => 22,
        Effect::Defended => 23,
        Effect::DefenceEnded => 24,
        Effect::ChargebackReversed => 25,
        Effect::ChargedBackAgain => 26,
        Effect::Won => 27,
        Effect::Lost => 28,
        other => other as u8,
    }
}

/// The orders, each by its latest word. One that failed is reversed by the provider without a word on each payment, so
/// each of its legs gets a reversal; of the legs that were merged by an unsigned list, those alone whose signed
/// reference is the order's.
fn orders<'f>(said: &[Said<'f>], legs: &mut Legs<'f>, flags: &mut Flags) -> Vec<Order> {
    let mut orders: Vec<(Name<'f>, Said<'f>, Order)> = Vec::new();
    for one in said.iter().filter(|one| one.fact.subject == Subject::Order) {
        let state = match one.fact.effect {
            Effect::Succeeded => OrderState::Closed,
            Effect::Failed | Effect::Refused | Effect::Cancelled | Effect::Expired => OrderState::Failed,
            _ => OrderState::Opened,
        };
        let name = Name::of(*one);
        match orders.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, last, order)) => {
                (*last, order.state) = (*one, state);
                order.amount = one.fact.amount.or(order.amount);
                order.events.push(one.event());
            }
            None => {
                let reference = one.fact.part.clone();
                let events = vec![one.event()];
                orders.push((name, *one, Order { reference, state, amount: one.fact.amount, events }));
            }
        }
    }
    for (_, last, order) in &orders {
        if order.state == OrderState::Failed && !legs.reverse_all(*last) {
            flags.raise(Flag::OrderNotReversed, [last.event()]);
        }
    }
    orders.into_iter().map(|(.., order)| order).collect()
}

/// Fraud stays reported; of the reviews the latest counts.
fn risk(said: &[Said<'_>], flags: &mut Flags) {
    let mut review = None;
    for one in said.iter().filter(|one| one.fact.subject == Subject::Risk) {
        match one.fact.effect {
            Effect::Flagged => flags.raise(Flag::FraudReported, [one.event()]),
            _ => review = Some(*one),
        }
    }
    if let Some(rejected) = review.filter(|review| review.fact.effect == Effect::Refused) {
        flags.raise(Flag::ReviewRejected, [rejected.event()]);
    }
}

/// The currency of the first authorisation or sending, else of the first word on the payment, else of the first amount.
fn currency(said: &[Said<'_>]) -> Option<Currency> {
    let with_amount = said.iter().filter_map(|one| Some((one.fact, one.fact.amount?)));
    let rank = |fact: &Fact| match (fact.subject, fact.effect) {
        (Subject::Payment, Effect::Succeeded | Effect::Sent | Effect::Settled) => 0,
        (Subject::Payment, _) => 1,
        (Subject::Adjustment, _) => 2,
        _ => 3,
    };
    with_amount.min_by_key(|(fact, _)| rank(fact)).map(|(_, amount)| amount.currency)
}

fn method(said: &[Said<'_>]) -> Option<Stated<String>> {
    let named = said.iter().filter(|one| one.fact.method.is_some());
    let best = named.max_by_key(|one| weight(one.fact))?;
    Some(Stated { value: best.fact.method.clone()?, event: best.event() })
}

fn checks(said: &[Said<'_>]) -> Option<Stated<Checks>> {
    let checked = said.iter().filter(|one| one.fact.checks != Checks::default());
    let best = checked.max_by_key(|one| weight(one.fact))?;
    Some(Stated { value: best.fact.checks.clone(), event: best.event() })
}

/// An authorisation knows how it was paid better than a refused try, and both better than what came after. Of equals
/// the last counts, as `max_by_key` has it.
fn weight(fact: &Fact) -> u8 {
    match (fact.subject, fact.effect) {
        (Subject::Payment, Effect::Succeeded | Effect::Sent | Effect::Settled) => 2,
        (Subject::Payment, _) => 1,
        _ => 0,
    }
}

fn references(said: &[Said<'_>]) -> Vec<Stated<String>> {
    let mut references: Vec<Stated<String>> = Vec::new();
    for one in said {
        let Some(reference) = &one.fact.reference else { continue };
        if !references.iter().any(|known| known.value == *reference) {
            references.push(Stated { value: reference.clone(), event: one.event() });
        }
    }
    references
}

impl Legs<'_> {
    /// Where the whole payment stands. Money that moved outweighs words; with none, the leg that came furthest.
    fn status(&self, totals: &std::collections::BTreeMap<Currency, super::Totals>, orders: &[Order]) -> Status {
        let mut captured = totals.values().filter(|totals| totals.captured > 0).peekable();
        if captured.peek().is_some() {
            return if captured.all(|totals| totals.refunded >= totals.captured) {
                Status::Refunded
            } else {
                self.furthest([Status::Settled, Status::Sent]).unwrap_or(Status::Captured)
            };
        }
        let failed = || orders.iter().any(|order| order.state == OrderState::Failed);
        self.furthest([
            Status::Settled,
            Status::Sent,
            Status::Authorised,
            Status::Pending,
            Status::Cancelled,
            Status::Expired,
            Status::Failed,
            Status::Refused,
            Status::Abandoned,
        ])
        .unwrap_or(if self.is_empty() && failed() { Status::Cancelled } else { Status::Initiated })
    }
}
