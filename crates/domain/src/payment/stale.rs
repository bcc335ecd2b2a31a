//! Staleness: whether a later word on the same left an event nothing to tell.
//!
//! A later date alone does not: the shopper's page was left hours after the payment was authorised, and the authorisation
//! is what the shop waits for, however late it comes; and a chargeback takes its money also when the defence was heard of
//! first. So an event is stale where a later word says something else, and nothing is believed differently for this one:
//! neither the payment's status, nor its sums, nor where the part it is about stands. Of the payment itself, what outweighs
//! the later word on the ladder of a leg is no old news either way.

use std::collections::BTreeMap;

use super::belief::{Payment, Totals};
use super::words::{DisputeStatus, Flag, OrderState, PartState, Status};
use crate::fact::{Effect, Fact, Stage, Subject};
use crate::money::{Amount, Currency};
use crate::time::Timestamp;

/// Whether `by`, which is known, is a later and other word on what `fact` is about.
pub(super) fn is_overtaken(fact: &Fact, by: &Fact) -> bool {
    let is_later = fact.occurred_at.is_some() && by.occurred_at > fact.occurred_at;
    is_later && by.concerns() == fact.concerns() && !says_the_same(fact, by) && !outweighs(fact, by)
}

/// What a fact may change: where the payment stands, its sums, and what is believed of the part it is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Position {
    status: Status,
    closed: bool,
    totals: BTreeMap<Currency, Totals>,
    legs: Vec<(String, Status)>,
    parts: Vec<PartState>,
    disputes: Vec<(DisputeStatus, Option<Stage>)>,
    /// What each is about, and its deadline: who misses it has lost the dispute.
    disputed: Vec<(Option<Amount>, Option<Timestamp>)>,
    orders: Vec<OrderState>,
    risks: [bool; 2],
}

/// The position of `payment`, as far as `fact` is concerned.
pub(super) fn position(payment: &Payment, fact: &Fact) -> Position {
    let is_it = |reference: &str| reference == fact.part;
    let parts = [&payment.captures, &payment.refunds, &payment.cancels].into_iter().flatten();
    let disputes = || payment.disputes.iter().filter(|dispute| is_it(&dispute.reference));
    Position {
        status: payment.status,
        closed: payment.closed,
        // A currency that nothing moved in may follow from a word without money.
        totals: payment.totals.iter().filter(|(_, sums)| **sums != Totals::default()).map(|(c, t)| (*c, *t)).collect(),
        legs: payment.legs.iter().map(|leg| (leg.reference.clone(), leg.status)).collect(),
        parts: parts.filter(|part| is_it(&part.reference)).map(|part| part.state).collect(),
        disputes: disputes().map(|dispute| (dispute.status, dispute.stage)).collect(),
        disputed: disputes().map(|dispute| (dispute.amount, dispute.due_at)).collect(),
        orders: payment.orders.iter().filter(|order| is_it(&order.reference)).map(|order| order.state).collect(),
        risks: [Flag::FraudReported, Flag::ReviewRejected].map(|flag| payment.has(flag)),
    }
}

/// Whether the later one is the same told again: a page that was paid on, beside the payment.
fn says_the_same(fact: &Fact, by: &Fact) -> bool {
    let said = |fact: &Fact| (fact.effect, fact.amount, fact.capture, fact.stage, fact.standing, fact.due_at);
    said(fact) == said(by)
}

/// Whether it stands, though the other is later.
fn outweighs(fact: &Fact, by: &Fact) -> bool {
    if fact.subject != Subject::Payment {
        return false;
    }
    let is_sent = matches!(fact.effect, Effect::Sent | Effect::Settled);
    let is_undone = is_sent && matches!(by.effect, Effect::Failed | Effect::Undone | Effect::Cancelled);
    let is_tried_again = by.effect == Effect::Pending && rung(fact.effect) < rung(Effect::Succeeded);
    !is_undone && !is_tried_again && rung(fact.effect) > rung(by.effect)
}

/// How far up the ladder of a leg an effect is.
fn rung(effect: Effect) -> u8 {
    match effect {
        Effect::Settled => 9,
        Effect::Sent => 8,
        Effect::Cancelled => 7,
        Effect::Expired => 6,
        Effect::Succeeded => 5,
        Effect::Failed | Effect::Undone => 4,
        Effect::Refused => 3,
        Effect::Abandoned => 2,
        Effect::Pending => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Capture;
    use crate::identity::Digest;
    use crate::payment::Facts;

    fn told(subject: Subject, effect: Effect, second: i64) -> Fact {
        Fact { occurred_at: Some(Timestamp::from_seconds(second)), ..Fact::of(subject, effect) }
    }

    fn euros(value: i64) -> Amount {
        Amount { value, currency: Currency::parse("EUR").expect("a currency"), decimals: 2 }
    }

    fn overtakes(early: Effect, late: Effect) -> bool {
        is_overtaken(&told(Subject::Payment, early, 1), &told(Subject::Payment, late, 2))
    }

    #[test]
    fn a_success_is_news_whatever_became_of_other_tries() {
        for success in [Effect::Succeeded, Effect::Sent, Effect::Settled] {
            for other in [Effect::Abandoned, Effect::Refused, Effect::Pending, Effect::Initiated] {
                assert!(!overtakes(success, other), "{other:?} after {success:?}");
                assert!(overtakes(other, success), "{success:?} after {other:?}");
            }
        }
    }

    /// What is said of each subject but the payment itself, by which other words may be overtaken.
    const PARTS: [(Subject, &[Effect]); 5] = [
        (Subject::Adjustment, &[Effect::Succeeded, Effect::Refused]),
        (Subject::Capture, &[Effect::Pending, Effect::Succeeded, Effect::Refused, Effect::Failed, Effect::Undone]),
        (
            Subject::Refund,
            &[
                Effect::Pending,
                Effect::Succeeded,
                Effect::Refused,
                Effect::Failed,
                Effect::Undone,
                Effect::Cancelled,
                Effect::Returned,
            ],
        ),
        (Subject::Cancel, &[Effect::Pending, Effect::Succeeded, Effect::Refused]),
        (
            Subject::Dispute,
            &[
                Effect::Opened,
                Effect::InfoRequested,
                Effect::Defended,
                Effect::ChargedBack,
                Effect::ChargebackReversed,
                Effect::ChargedBackAgain,
                Effect::Won,
                Effect::Lost,
                Effect::DefenceEnded,
            ],
        ),
    ];

    /// Each pair of words on one part of an authorised and captured payment, the later one known first.
    #[test]
    fn a_late_word_on_a_part_is_stale_where_and_only_where_it_changes_nothing() {
        let mut stale = 0;
        for (subject, effects) in PARTS {
            for (early, late) in effects.iter().flat_map(|early| effects.iter().map(move |late| (*early, *late))) {
                let said = |effect, amount, second| Fact {
                    part: "X1".to_owned(),
                    amount: Some(euros(amount)),
                    ..told(subject, effect, second)
                };
                let of = |subject, part: &str| Fact {
                    part: part.to_owned(),
                    amount: Some(euros(1_000)),
                    ..told(subject, Effect::Succeeded, 0)
                };
                let mut facts = Facts::default();
                let known =
                    [of(Subject::Payment, ""), of(Subject::Capture, "C1"), said(late, 400, 2)].into_iter().enumerate();
                for (number, fact) in known {
                    let id = Digest::of([[u8::try_from(number).expect("few")].as_slice()]);
                    facts.add(id, id, fact);
                }
                let (id, before) = (Digest::of([b"late".as_slice()]), facts.fold());
                let added = facts.add(id, id, said(early, 400, 1));
                let after = facts.fold();
                let states = |payment: &Payment| {
                    let parts = [&payment.captures, &payment.refunds, &payment.cancels].into_iter().flatten();
                    let parts = parts.filter(|part| part.reference == "X1").map(|part| part.state.as_str());
                    let disputes = payment.disputes.iter().map(|dispute| dispute.status.as_str());
                    (payment.status, payment.totals.clone(), parts.chain(disputes).collect::<Vec<_>>())
                };
                let is_same = states(&before) == states(&after);
                assert_eq!(added.stale, early != late && is_same, "{subject:?} {early:?}, after the later {late:?}");
                stale += usize::from(added.stale);
            }
        }
        assert!(stale > 50, "{stale}");
    }

    #[test]
    fn money_is_never_old_news() {
        for (subject, early, late) in [
            (Subject::Dispute, Effect::ChargedBack, Effect::Defended),
            (Subject::Dispute, Effect::ChargedBackAgain, Effect::Lost),
            (Subject::Adjustment, Effect::Succeeded, Effect::Refused),
            (Subject::Capture, Effect::Succeeded, Effect::Refused),
            (Subject::Refund, Effect::Succeeded, Effect::Pending),
        ] {
            let said = |effect, second| Fact { amount: Some(euros(400)), ..told(subject, effect, second) };
            let (mut facts, [one, other]) = (Facts::default(), [b"1", b"2"].map(|id| Digest::of([id.as_slice()])));
            facts.add(one, one, said(late, 2));
            assert!(!facts.add(other, other, said(early, 1)).stale, "{subject:?} {early:?}, after the later {late:?}");
        }
    }

    /// A deadline that nobody else told of is news, though the dispute has moved on.
    #[test]
    fn a_deadline_that_is_heard_of_late_is_not_stale() {
        for (due_at, stale) in [(None, true), (Some(Timestamp::from_seconds(9)), false)] {
            let of_it = |fact: Fact| Fact { part: "D1".to_owned(), ..fact };
            let (mut facts, [one, other]) = (Facts::default(), [b"1", b"2"].map(|id| Digest::of([id.as_slice()])));
            facts.add(one, one, of_it(told(Subject::Dispute, Effect::Defended, 2)));
            let opened = Fact { due_at, ..told(Subject::Dispute, Effect::Opened, 1) };
            assert_eq!(facts.add(other, other, of_it(opened)).stale, stale, "due at {due_at:?}");
        }
    }

    /// What a dispute is about is news, though nothing was taken yet.
    #[test]
    fn the_amount_of_a_dispute_that_is_heard_of_late_is_not_stale() {
        for (amount, stale) in [(None, true), (Some(euros(400)), false)] {
            let of_it = |fact: Fact| Fact { part: "D1".to_owned(), ..fact };
            let (mut facts, [one, other]) = (Facts::default(), [b"1", b"2"].map(|id| Digest::of([id.as_slice()])));
            facts.add(one, one, of_it(told(Subject::Dispute, Effect::Defended, 2)));
            let opened = Fact { amount, ..told(Subject::Dispute, Effect::Opened, 1) };
            assert_eq!(facts.add(other, other, of_it(opened)).stale, stale, "of {amount:?}");
        }
    }

    /// Whatever is stale, the payment is the same without it.
    #[test]
    fn what_made_the_payment_what_it_is_believed_to_be_is_never_stale() {
        let effects = Effect::ALL.iter().copied().filter(|effect| rung(*effect) > 0 || *effect == Effect::Initiated);
        for (early, late) in effects.clone().flat_map(|early| effects.clone().map(move |late| (early, late))) {
            let status = |effects: &[(Effect, i64)]| {
                let mut facts = Facts::default();
                for (number, (effect, second)) in effects.iter().enumerate() {
                    let id = Digest::of([[u8::try_from(number).expect("few")].as_slice()]);
                    facts.add(id, id, told(Subject::Payment, *effect, *second));
                }
                facts.fold().status
            };
            let (both, later) = (status(&[(early, 1), (late, 2)]), status(&[(late, 2)]));
            if overtakes(early, late) {
                assert_eq!(both, later, "{early:?}, then {late:?}");
            } else if early != late && both != later {
                assert_eq!(both, status(&[(early, 1)]), "{early:?} stands, though {late:?} is later");
            }
        }
    }

    #[test]
    fn what_was_undone_since_is_stale() {
        for undone in [Effect::Failed, Effect::Undone, Effect::Cancelled] {
            assert!(overtakes(Effect::Sent, undone) && overtakes(Effect::Settled, undone), "{undone:?}");
        }
        assert!(overtakes(Effect::Succeeded, Effect::Cancelled) && overtakes(Effect::Succeeded, Effect::Expired));
        assert!(overtakes(Effect::Sent, Effect::Settled) && !overtakes(Effect::Settled, Effect::Sent));
    }

    #[test]
    fn the_same_told_again_overtakes_nothing_and_another_amount_does() {
        let paid = |value, capture, second| Fact {
            amount: Some(euros(value)),
            capture: Some(capture),
            ..told(Subject::Payment, Effect::Succeeded, second)
        };
        let captured = paid(1_000, Capture::Automatic, 1);
        assert!(!is_overtaken(&captured, &paid(1_000, Capture::Automatic, 2)));
        assert!(is_overtaken(&captured, &paid(1_200, Capture::Automatic, 2)));
        assert!(is_overtaken(&paid(1_000, Capture::Manual, 1), &paid(1_000, Capture::Automatic, 2)));
    }

    #[test]
    fn of_other_subjects_the_later_word_counts_and_nothing_without_a_date_is_stale() {
        let dispute = |effect, second| told(Subject::Dispute, effect, second);
        assert!(is_overtaken(&dispute(Effect::Opened, 1), &dispute(Effect::ChargedBack, 2)));
        assert!(!is_overtaken(&dispute(Effect::Opened, 2), &dispute(Effect::ChargedBack, 1)));
        assert!(!is_overtaken(&dispute(Effect::Opened, 1), &told(Subject::Refund, Effect::Succeeded, 2)));
        let undated = Fact::of(Subject::Payment, Effect::Refused);
        assert!(!is_overtaken(&undated, &told(Subject::Payment, Effect::Succeeded, 2)));
    }
}
