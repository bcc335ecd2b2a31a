//! Disputes, each by its own reference: its latest word, and the money it has taken.
//!
//! The words of a dispute may be unsigned and replace one another; its money follows from the codes alone. A second
//! chargeback takes again what was given back in between, also when nobody reported the giving back.

use std::collections::BTreeMap;

use super::belief::Dispute;
use super::fold::Said;
use super::parts::Name;
use super::sums::Flags;
use super::words::{DisputeStatus, Flag};
use crate::fact::{Effect, Stage, Standing, Subject};
use crate::money::{Amount, Currency};

/// A dispute as it is shown, and what it has taken.
#[derive(Debug)]
pub(super) struct Strand {
    pub(super) shown: Dispute,
    pub(super) taken: BTreeMap<Currency, i64>,
    /// Whether an amount below zero was stated, which is not counted.
    pub(super) negative: bool,
}

/// The disputes, in the order of their first event.
pub(super) fn gather(said: &[Said<'_>], flags: &mut Flags) -> Vec<Strand> {
    let mut places: BTreeMap<Name<'_>, usize> = BTreeMap::new();
    let mut grouped: Vec<Vec<Said<'_>>> = Vec::new();
    for one in said.iter().filter(|one| one.fact.subject == Subject::Dispute) {
        let place = *places.entry(Name::of(*one)).or_insert(grouped.len());
        match grouped.get_mut(place) {
            Some(events) => events.push(*one),
            None => grouped.push(vec![*one]),
        }
    }
    grouped.into_iter().map(|events| strand(&events, flags)).collect()
}

/// `events` in the order that decides which replaces which.
fn strand(events: &[Said<'_>], flags: &mut Flags) -> Strand {
    let last = events.last().expect("a group has the event that made it");
    let latest = events.iter().rev();
    Strand {
        shown: Dispute {
            reference: last.fact.part.clone(),
            stage: latest.clone().find_map(|one| one.fact.stage),
            status: status(effect(events), last.fact.standing),
            amount: latest.clone().find_map(|one| one.fact.amount),
            due_at: latest.clone().find_map(|one| one.fact.due_at),
            events: events.iter().map(|one| one.event()).collect(),
        },
        taken: taken(events, flags),
        negative: events.iter().any(|one| moves_money(one.fact.effect) && one.fact.amount.is_some_and(|a| a.value < 0)),
    }
}

/// What the latest word says. A dispute that was opened by taking the money is no less than that, whichever word comes last.
fn effect(events: &[Said<'_>]) -> Effect {
    let last = events.last().expect("a group has the event that made it").fact;
    let was_taken = || events.iter().rev().map(|one| one.fact.effect).find(|effect| moves_money(*effect));
    let by_taking = last.effect == Effect::Opened && last.stage == Some(Stage::Chargeback);
    if by_taking && was_taken() == Some(Effect::ChargedBack) { Effect::ChargedBack } else { last.effect }
}

fn taken(events: &[Said<'_>], flags: &mut Flags) -> BTreeMap<Currency, i64> {
    let last = |effect: Effect| events.iter().rev().find(|one| one.fact.effect == effect);
    let amount = |effect: Effect| last(effect).and_then(|one| one.fact.amount);
    let (first, back, again) =
        (amount(Effect::ChargedBack), amount(Effect::ChargebackReversed), amount(Effect::ChargedBackAgain));
    let mut taken = BTreeMap::new();
    for currency in [first, back, again].into_iter().flatten().map(|amount| amount.currency) {
        let of = |amount: Option<Amount>| {
            amount.filter(|amount| amount.currency == currency).map(|amount| amount.value.max(0))
        };
        let (first, back, again) = (of(first).unwrap_or(0), of(back), of(again));
        let rest = first - back.or(again).unwrap_or(0);
        taken.insert(currency, rest.max(0).saturating_add(again.unwrap_or(0)));
        if back.is_some_and(|back| back > first) {
            let reversed = last(Effect::ChargebackReversed).map(|one| one.event());
            flags.raise(Flag::UnpairedChargebackReversed, reversed);
        }
    }
    taken
}

fn moves_money(effect: Effect) -> bool {
    matches!(effect, Effect::ChargedBack | Effect::ChargebackReversed | Effect::ChargedBackAgain)
}

/// Where a dispute stands by its latest event; the provider's own word refines what the event leaves open.
fn status(effect: Effect, standing: Option<Standing>) -> DisputeStatus {
    use DisputeStatus as Status;
    use Standing as Word;
    match (effect, standing) {
        (Effect::ChargedBackAgain | Effect::Lost, _) => Status::Lost,
        (Effect::Won, Some(Word::Pending)) => Status::Defended,
        (Effect::Won, _) => Status::Won,
        (Effect::Defended, _) => Status::Defended,
        (Effect::DefenceEnded, None) => Status::Expired,
        (_, Some(Word::Won)) => Status::Won,
        (Effect::ChargebackReversed, _) => Status::Reversed,
        (_, Some(Word::Lost)) => Status::Lost,
        (_, Some(Word::Accepted)) => Status::Accepted,
        (_, Some(Word::Expired)) => Status::Expired,
        (_, Some(Word::Pending | Word::Responded)) => Status::Defended,
        (Effect::DefenceEnded, _) => Status::Expired,
        (Effect::InfoRequested, _) => Status::InfoRequested,
        (Effect::ChargedBack, _) => Status::ChargedBack,
        _ => Status::Opened,
    }
}
