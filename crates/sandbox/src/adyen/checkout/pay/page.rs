//! What the shopper chose at another page, and what came of it.

use super::settle::settle;
use crate::adyen::checkout::acquirer::{NOT_AUTHENTICATED, SHOPPER_CANCELLED};
use crate::adyen::checkout::payment::{Payment, State};
use crate::adyen::checkout::{items, offer};
use crate::adyen::notice::tell;
use crate::book::{Act, BookError};

/// The shopper approves or not; the first choice counts. At a method's own page that is the payment itself. At a card's,
/// the shopper has only proved to be its holder: it is paid when [`finish`] brings that back.
pub(crate) fn choose(act: &Act<'_>, payment: &mut Payment, approved: bool) -> Result<(), BookError> {
    let undecided = payment.state == State::Started;
    let Some(redirect) = payment.redirect.as_mut().filter(|redirect| undecided && redirect.approved.is_none()) else {
        return Ok(());
    };
    redirect.approved = Some(approved);
    match &mut payment.card {
        Some(card) => {
            card.authenticated = Some(approved);
            if !approved {
                payment.answer = NOT_AUTHENTICATED;
            }
            act.keep(payment)
        }
        None if approved => settle(act, payment),
        None => stop(act, payment),
    }
}

/// Brings back what the shopper chose. Again, it changes nothing.
pub(crate) fn finish(act: &Act<'_>, payment: &mut Payment) -> Result<(), BookError> {
    let chosen = payment.redirect.as_ref().is_some_and(|redirect| redirect.approved.is_some());
    if payment.state == State::Started && chosen { settle(act, payment) } else { Ok(()) }
}

/// The shopper went away from the method's page: AUTHORISATION says so as of any payment that was not made.
fn stop(act: &Act<'_>, payment: &mut Payment) -> Result<(), BookError> {
    payment.answer = SHOPPER_CANCELLED;
    settle(act, payment)
}

/// The shopper never came back. Of a session or a link, its own end tells that.
pub(crate) fn abandon(act: &Act<'_>, psp_reference: &str) -> Result<(), BookError> {
    let started = act.find::<Payment>(psp_reference)?.filter(|payment| payment.state == State::Started);
    let Some(mut payment) = started else { return Ok(()) };
    payment.state = State::Abandoned;
    act.keep(&payment)?;
    if offer::of(act, &payment)?.is_some() {
        return Ok(());
    }
    tell(act, &items::about(&payment, "OFFER_CLOSED", true, &payment.psp_reference, payment.amount.clone()))
}
