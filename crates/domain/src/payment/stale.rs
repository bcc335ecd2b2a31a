//! Staleness: whether a later word on the same left an event nothing to tell.
//!
//! A later date alone does not: the shopper's page was left hours after the payment was authorised, and the authorisation
//! is what the shop waits for, however late it comes. So an event is stale where a later word says something else, and the
//! payment is not believed to be where this event put it. It goes by the same ladder as the status of a leg.

use crate::fact::{Effect, Fact, Subject};

/// Whether `by`, which is known, leaves nothing of `fact` to be told.
pub(super) fn is_overtaken(fact: &Fact, by: &Fact) -> bool {
    let is_later = fact.occurred_at.is_some() && by.occurred_at > fact.occurred_at;
    is_later && by.concerns() == fact.concerns() && !says_the_same(fact, by) && !outweighs(fact, by)
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
    use crate::money::{Amount, Currency};
    use crate::payment::Facts;
    use crate::time::Timestamp;

    fn told(subject: Subject, effect: Effect, second: i64) -> Fact {
        Fact { occurred_at: Some(Timestamp::from_seconds(second)), ..Fact::of(subject, effect) }
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
            amount: Some(Amount { value, currency: Currency::parse("EUR").expect("a currency"), decimals: 2 }),
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
