//! How much of a payment can still be captured, refunded or cancelled.
//!
//! Counted from what webhooks said *and* from what was asked for and not answered by a webhook yet: two people with the same
//! page open must not give the same money back twice.

use std::collections::BTreeSet;

use super::{Kind, State};
use crate::book::{Heard, Intention, Payment};
use crate::provider::Provider;

/// What can still be done with a payment. Amounts are in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) capture: i64,
    pub(crate) refund: i64,
    pub(crate) cancel: bool,
}

/// Kinds that say that something asked for was not done, or was undone.
const UNDONE: &[&str] = &["refund.failed", "refund.reversed", "payment.capture_failed", "payment.cancel_failed"];

/// What can still be done with `payment`, given all that was wanted of its order and heard about it.
pub(crate) fn room(payment: &Payment, wanted: &[Intention], heard: &[Heard]) -> Room {
    // Without the provider's own name of the payment nothing can be asked for.
    if payment.provider_reference.is_none() {
        return Room::default();
    }
    let failed = heard.iter().filter(|heard| UNDONE.contains(&heard.kind.as_str()));
    let undone: BTreeSet<_> = failed.filter_map(|heard| heard.provider_reference.as_deref()).collect();
    let counts = |intention: &&Intention| {
        let about_it = intention.payment.as_deref() == Some(payment.id.as_str());
        // What was given up may have happened.
        let may_have_happened = intention.state != State::Refused;
        let is_undone = intention.provider_reference.as_deref().is_some_and(|name| undone.contains(name));
        about_it && may_have_happened && !is_undone
    };
    let asked =
        |kind| -> i64 { wanted.iter().filter(counts).filter(|one| one.kind == kind).map(|one| one.amount).sum() };
    let status = payment.status.as_str();
    let given_back = payment.refunded.max(asked(Kind::Refund));
    match Provider::parse(&payment.provider) {
        Some(Provider::Adyen) => {
            let taken = payment.captured.max(asked(Kind::Capture));
            let is_open = matches!(status, "authorised" | "captured") && asked(Kind::Cancel) == 0;
            Room {
                capture: if is_open { (payment.authorised - taken).max(0) } else { 0 },
                refund: (payment.captured - given_back).max(0),
                cancel: is_open && taken == 0,
            }
        }
        // Paid by bank is paid: there is nothing to capture or to cancel.
        Some(Provider::Banked) if matches!(status, "sent" | "settled" | "captured") => {
            let paid = payment.authorised.max(payment.captured);
            Room { refund: (paid - given_back).max(0), ..Room::default() }
        }
        _ => Room::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(status: &str, authorised: i64, captured: i64, refunded: i64) -> Payment {
        Payment {
            status: status.to_owned(),
            provider_reference: Some("PSP1".to_owned()),
            authorised,
            captured,
            refunded,
            ..Payment::unknown("pay_1".to_owned())
        }
    }

    fn wanted(kind: Kind, amount: i64, state: State) -> Intention {
        Intention {
            key: "K".to_owned(),
            reference: "UD1".to_owned(),
            payment: Some("pay_1".to_owned()),
            kind,
            provider: Provider::Adyen,
            path: String::new(),
            body: String::new(),
            amount,
            state,
            answer: None,
            provider_reference: Some("PSP2".to_owned()),
            made_at: 0,
            tries: 0,
        }
    }

    fn heard(kind: &str) -> Heard {
        Heard {
            id: "evt_1".to_owned(),
            revision: 0,
            kind: kind.to_owned(),
            provider_reference: Some("PSP2".to_owned()),
            amount: None,
            currency: None,
            detail: None,
            received_at: 0,
        }
    }

    #[test]
    fn what_was_asked_for_counts_before_a_webhook_says_so() {
        let captured = payment("captured", 1_000, 1_000, 0);
        assert_eq!(room(&captured, &[], &[]).refund, 1_000);
        for state in [State::Open, State::Done, State::GivenUp] {
            assert_eq!(room(&captured, &[wanted(Kind::Refund, 400, state)], &[]).refund, 600, "{state:?}");
        }
        assert_eq!(room(&captured, &[wanted(Kind::Refund, 400, State::Refused)], &[]).refund, 1_000);
    }

    #[test]
    fn what_was_asked_for_and_told_counts_once() {
        let refunded = payment("captured", 1_000, 1_000, 400);
        assert_eq!(room(&refunded, &[wanted(Kind::Refund, 400, State::Done)], &[]).refund, 600);
    }

    #[test]
    fn what_the_provider_did_not_do_can_be_asked_for_again() {
        let captured = payment("captured", 1_000, 1_000, 0);
        let asked = [wanted(Kind::Refund, 1_000, State::Done)];
        assert_eq!(room(&captured, &asked, &[]).refund, 0);
        assert_eq!(room(&captured, &asked, &[heard("refund.failed")]).refund, 1_000);
    }

    #[test]
    fn a_cancel_and_a_capture_exclude_each_other() {
        let authorised = payment("authorised", 1_000, 0, 0);
        assert_eq!(room(&authorised, &[], &[]), Room { capture: 1_000, refund: 0, cancel: true });
        assert!(!room(&authorised, &[wanted(Kind::Capture, 1_000, State::Open)], &[]).cancel);
        assert_eq!(room(&authorised, &[wanted(Kind::Cancel, 1_000, State::Open)], &[]).capture, 0);
    }

    #[test]
    fn nothing_can_be_done_with_a_payment_the_provider_has_no_name_for() {
        let nameless = Payment { provider_reference: None, ..payment("captured", 1_000, 1_000, 0) };
        assert_eq!(room(&nameless, &[], &[]), Room::default());
    }
}
