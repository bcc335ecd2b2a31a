//! Modifications: received at once, decided later, when the payment's state says whether they can be.

use super::due::Due;
use super::items;
use super::pay::AUTHORISED_FOR;
use super::payment::{Action, Change, ChangeKind, ChangeState, Payment, Settings};
use crate::adyen::notice::{Amount, tell};
use crate::book::{Act, BookError};

/// What a merchant asks of a payment.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) kind: ChangeKind,
    /// Nothing means all of it.
    pub(crate) amount: Option<Amount>,
    /// The merchant's reference of it.
    pub(crate) reference: Option<String>,
}

/// Receives a modification of a payment, and says its own reference.
pub(crate) fn receive(act: &Act<'_>, payment: &mut Payment, request: Request) -> Result<String, BookError> {
    let psp_reference = act.chance()?.psp_reference();
    payment.changes.push(Change {
        psp_reference: psp_reference.clone(),
        kind: request.kind,
        amount: request.amount,
        reference: request.reference,
        state: ChangeState::Asked,
        asked: act.now.as_micros(),
        decided: None,
        automatic: false,
    });
    act.keep(payment)?;
    let due = Due::Decide { payment: payment.psp_reference.clone(), change: psp_reference.clone() };
    due.later(act, request.kind.takes())?;
    Ok(psp_reference)
}

/// Its moment has come: it is done, or not, and told.
pub(super) fn decide(act: &Act<'_>, payment: &str, change: &str) -> Result<(), BookError> {
    let Some(mut payment) = act.find::<Payment>(payment)? else { return Ok(()) };
    let asked = |one: &Change| one.psp_reference == change && one.state == ChangeState::Asked;
    let Some(place) = payment.changes.iter().position(asked) else { return Ok(()) };
    let mut change = payment.changes[place].clone();
    let parts = Settings::for_payment(act, &payment)?.multiple_partial_captures;
    let decision = payment.decide(&change, parts);
    change.decided = Some(act.now.as_micros());
    change.state = match decision {
        Ok(moved) => {
            let returned = change.kind == ChangeKind::Refund || moved.action == Some(Action::Refund);
            ChangeState::Done { moved: moved.value, returned }
        }
        Err(why) => ChangeState::Refused(why.to_owned()),
    };
    payment.changes[place] = change.clone();
    if change.kind == ChangeKind::Adjustment && decision.is_ok() {
        lasts_longer(act, &mut payment)?;
    }
    act.keep(&payment)?;
    tell(act, &items::decided(&payment, &change, decision))
}

/// An adjusted authorisation is good for as long as a new one.
fn lasts_longer(act: &Act<'_>, payment: &mut Payment) -> Result<(), BookError> {
    payment.expires = act.after(AUTHORISED_FOR).as_micros();
    Due::Expire { payment: payment.psp_reference.clone() }.later(act, AUTHORISED_FOR)
}
