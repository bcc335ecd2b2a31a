//! The outcome of a payment, what it lets happen, and who is told.

use std::time::Duration;

use crate::adyen::Due as AdyenDue;
use crate::adyen::checkout::acquirer::{APPROVED, PENDING, SHOPPER_CANCELLED, answer};
use crate::adyen::checkout::due::Due;
use crate::adyen::checkout::payment::{CaptureDelay, Change, ChangeKind, ChangeState, Moved, Payment, Settings, State};
use crate::adyen::checkout::{bank, items, offer, order};
use crate::adyen::notice::Item;
use crate::book::{Act, BookError};
use crate::clockwork;

/// How long after the answer the notification leaves.
const TOLD_AFTER: Duration = Duration::from_secs(2);
/// How long a pending payment takes to its outcome.
const PENDING_FOR: Duration = Duration::from_secs(60);
/// How long an authorisation is good for, unless the scheme says otherwise.
pub(crate) const AUTHORISED_FOR: Duration = Duration::from_secs(28 * 24 * 60 * 60);

/// The acquirer answers.
pub(super) fn settle(act: &Act<'_>, payment: &mut Payment) -> Result<(), BookError> {
    if payment.answer == PENDING {
        payment.state = State::Pending;
        act.keep(payment)?;
        offer::hears(act, payment)?;
        return Due::Outcome { payment: payment.psp_reference.clone() }.later(act, PENDING_FOR);
    }
    payment.settled = Some(act.now.as_micros());
    match answer(payment.answer).result {
        "Authorised" => authorised(act, payment)?,
        "Cancelled" => payment.state = State::Cancelled,
        "Error" => payment.state = State::Error,
        _ if payment.answer == SHOPPER_CANCELLED && payment.card.is_none() => payment.state = State::Cancelled,
        _ => payment.state = State::Refused,
    }
    act.keep(payment)?;
    told_later(act, items::authorisation(payment))?;
    let captured: Vec<_> = payment.changes.iter().filter(|change| change.automatic).cloned().collect();
    for change in captured {
        let moved = Moved { value: payment.amount.value, action: None };
        told_later(act, items::decided(payment, &change, Ok(moved)))?;
    }
    offer::hears(act, payment)?;
    order::hears(act, payment)
}

fn authorised(act: &Act<'_>, payment: &mut Payment) -> Result<(), BookError> {
    payment.authorise();
    payment.expires = act.after(AUTHORISED_FOR).as_micros();
    match Settings::for_payment(act, payment)?.capture_delay {
        _ if !payment.open => {}
        CaptureDelay::Immediate => capture(act, payment)?,
        CaptureDelay::Manual => {
            Due::Expire { payment: payment.psp_reference.clone() }.later(act, AUTHORISED_FOR)?;
        }
    }
    if payment.shopper.store && payment.shopper.reference.is_some() {
        bank::store_token(act, payment)?;
    }
    Ok(())
}

/// The account captures by itself, all of it.
fn capture(act: &Act<'_>, payment: &mut Payment) -> Result<(), BookError> {
    let now = act.now.as_micros();
    let mut change = Change {
        psp_reference: act.chance()?.psp_reference(),
        kind: ChangeKind::Capture,
        amount: Some(payment.amount.clone()),
        reference: None,
        state: ChangeState::Asked,
        asked: now,
        decided: Some(now),
        automatic: true,
    };
    if let Ok(moved) = payment.decide(&change, false) {
        change.state = ChangeState::Done { moved: moved.value, returned: false };
    }
    payment.changes.push(change);
    Ok(())
}

/// The outcome of a pending payment is known: it is good.
pub(crate) fn outcome(act: &Act<'_>, psp_reference: &str) -> Result<(), BookError> {
    let pending = act.find::<Payment>(psp_reference)?.filter(|payment| payment.state == State::Pending);
    let Some(mut payment) = pending else { return Ok(()) };
    payment.answer = APPROVED;
    settle(act, &mut payment)
}

fn told_later(act: &Act<'_>, item: Item) -> Result<(), BookError> {
    act.later(TOLD_AFTER, &clockwork::Due::Adyen(AdyenDue::Tell(Box::new(item))))
}
