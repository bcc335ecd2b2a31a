//! Disputes, each by its own reference: its latest word, and the money it has taken.
//!
//! The words of a dispute may be unsigned and replace one another; its money follows from the codes alone, in the order of
//! their dates: it is taken, comes back, and may be taken again as often as the issuer insists. A second chargeback takes
//! again what was given back in between, also when nobody reported the giving back.

use std::collections::BTreeMap;

use super::belief::Dispute;
use super::fold::Said;
use super::parts::Name;
use super::sums::Flags;
use super::words::{DisputeStatus, Flag};
use crate::fact::{Effect, Stage, Standing, Subject};
use crate::id::EventId;
use crate::money::Currency;

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

/// What is taken now, per currency.
fn taken(events: &[Said<'_>], flags: &mut Flags) -> BTreeMap<Currency, i64> {
    let mut purses: BTreeMap<Currency, Purse> = BTreeMap::new();
    for one in events.iter().filter(|one| moves_money(one.fact.effect)) {
        let Some(amount) = one.fact.amount else { continue };
        let purse = purses.entry(amount.currency).or_default();
        let value = amount.value.max(0);
        match one.fact.effect {
            Effect::ChargebackReversed => purse.give_back(value, one.event(), flags),
            effect => purse.take(value, effect, flags),
        }
    }
    for (_, event) in purses.values().filter_map(|purse| purse.waits) {
        flags.raise(Flag::UnpairedChargebackReversed, [event]);
    }
    purses.into_iter().map(|(currency, purse)| (currency, purse.taken)).collect()
}

/// What one dispute has taken in one currency, word by word.
#[derive(Debug, Default)]
struct Purse {
    taken: i64,
    /// The most that one word took; nothing before any did.
    most: Option<i64>,
    /// Whether something came back since it was last taken.
    came_back: bool,
    /// What came back before anything was taken: the chargeback it belongs to is dated later, or not known.
    waits: Option<(i64, EventId)>,
}

impl Purse {
    fn give_back(&mut self, value: i64, by: EventId, flags: &mut Flags) {
        let Some(most) = self.most else {
            self.waits = Some((value, by));
            return;
        };
        if value > most {
            flags.raise(Flag::UnpairedChargebackReversed, [by]);
        }
        self.taken = self.taken.saturating_sub(value).max(0);
        self.came_back = true;
    }

    /// What came back in part and is taken again comes to no more than was taken at once; a chargeback told again, with
    /// nothing in between, to what the later word says.
    fn take(&mut self, value: i64, effect: Effect, flags: &mut Flags) {
        let is_again = self.came_back || effect == Effect::ChargedBackAgain;
        self.taken = match self.most {
            Some(most) if is_again => value.max(self.taken.saturating_add(value).min(most)),
            _ => value,
        };
        if effect == Effect::ChargedBack
            && let Some((waited, by)) = self.waits.take()
            && self.most.is_none()
        {
            if waited > value {
                flags.raise(Flag::UnpairedChargebackReversed, [by]);
            }
            self.taken = value.saturating_sub(waited).max(0);
        }
        self.most = self.most.max(Some(value));
        self.came_back = false;
    }
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

#[cfg(test)]
mod tests {
    use Effect::{ChargebackReversed as Reversed, ChargedBack as Taken, ChargedBackAgain as Again};

    use super::*;
    use crate::fact::Fact;
    use crate::identity::Digest;
    use crate::money::Amount;
    use crate::payment::{Facts, Payment};
    use crate::time::Timestamp;

    /// One dispute's words, a second apart, told in the order of `places`.
    fn told(words: &[(Effect, i64)], places: impl Iterator<Item = usize>) -> Payment {
        let euros = Currency::parse("EUR").expect("a currency");
        let mut facts = Facts::default();
        for place in places {
            let (effect, value) = words[place];
            let fact = Fact {
                part: "D1".to_owned(),
                amount: Some(Amount { value, currency: euros, decimals: 2 }),
                occurred_at: Some(Timestamp::from_seconds(i64::try_from(place).expect("few"))),
                ..Fact::of(Subject::Dispute, effect)
            };
            let id = Digest::of([[u8::try_from(place).expect("few")].as_slice()]);
            facts.add(id, id, fact);
        }
        facts.fold()
    }

    #[test]
    fn disputed_money_is_what_its_words_come_to_in_the_order_of_their_dates() {
        for (words, taken, is_unpaired) in [
            (&[(Taken, 1_000)][..], 1_000, false),
            (&[(Taken, 1_000), (Reversed, 1_000)], 0, false),
            (&[(Taken, 1_000), (Reversed, 400)], 600, false),
            (&[(Taken, 1_000), (Reversed, 1_000), (Taken, 1_000)], 1_000, false),
            (&[(Taken, 1_000), (Reversed, 1_000), (Taken, 1_000), (Reversed, 1_000)], 0, false),
            (&[(Taken, 1_000), (Reversed, 1_000), (Again, 1_000)], 1_000, false),
            (&[(Taken, 1_000), (Again, 1_000), (Reversed, 1_000)], 0, false),
            // given back without a word on it, and all or some of it taken again
            (&[(Taken, 1_000), (Again, 1_000)], 1_000, false),
            (&[(Taken, 1_000), (Again, 400)], 1_000, false),
            (&[(Taken, 1_000), (Reversed, 400), (Again, 400)], 1_000, false),
            (&[(Taken, 1_000), (Reversed, 400), (Again, 1_000)], 1_000, false),
            (&[(Taken, 1_000), (Reversed, 1_000), (Again, 1_200)], 1_200, false),
            // told again, with another amount
            (&[(Taken, 1_000), (Taken, 800)], 800, false),
            (&[(Taken, 1_000), (Reversed, 1_000), (Reversed, 1_000)], 0, false),
            // what was reversed is not known, or dated later, or was less
            (&[(Reversed, 1_000)], 0, true),
            (&[(Reversed, 1_000), (Taken, 1_000)], 0, false),
            (&[(Reversed, 1_000), (Again, 1_000)], 1_000, true),
            (&[(Reversed, 1_000), (Again, 1_000), (Taken, 1_000)], 1_000, false),
            (&[(Taken, 400), (Reversed, 1_000)], 0, true),
            (&[(Taken, -400), (Reversed, 0)], 0, false),
        ] {
            for payment in [told(words, 0..words.len()), told(words, (0..words.len()).rev())] {
                assert_eq!(payment.main().disputed, taken, "{words:?}");
                assert_eq!(payment.has(Flag::UnpairedChargebackReversed), is_unpaired, "{words:?}");
            }
        }
    }
}
