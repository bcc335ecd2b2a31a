//! What happens on the bank's side, one verb each: the state and the notifications that say so, in one act.
//!
//! Each verb says whether it happened. Nothing happens to a session or refund that is gone or has come too far: a timer
//! may be late, a person may press a button twice.

use super::refund::{Refund, RefundState};
use super::session::{Session, State};
use super::{date, notice};
use crate::book::{Act, BookError};

/// The payer's bank takes the request.
pub(crate) fn initiate(act: &Act<'_>, session: &str) -> Result<bool, BookError> {
    advance(act, session, State::Initiated, |_| Ok(()))
}

/// The bank hands it to the scheme, which gives it a reference of its own.
pub(crate) fn pend(act: &Act<'_>, session: &str) -> Result<bool, BookError> {
    advance(act, session, State::Pending, |session| {
        session.end_to_end_id = Some(act.chance()?.letters(END_TO_END_LETTERS));
        Ok(())
    })
}

/// The money leaves the payer's account.
pub(crate) fn send(act: &Act<'_>, session: &str) -> Result<bool, BookError> {
    advance(act, session, State::Sent, |session| {
        session.sent_at = Some(date::v2(act.now));
        Ok(())
    })
}

/// It is not authorised, for this reason.
pub(crate) fn fail(act: &Act<'_>, session: &str, reason: &str) -> Result<bool, BookError> {
    advance(act, session, State::Failed, |session| {
        session.failure = Some(reason.to_owned());
        Ok(())
    })
}

/// The refund leaves the merchant's account.
pub(crate) fn refund_sent(act: &Act<'_>, refund: &str) -> Result<bool, BookError> {
    end_refund(act, refund, RefundState::Sent)
}

/// The merchant's bank does not pay the refund.
pub(crate) fn refund_failed(act: &Act<'_>, refund: &str) -> Result<bool, BookError> {
    end_refund(act, refund, RefundState::Failed)
}

/// How long the scheme's reference is.
const END_TO_END_LETTERS: usize = 16;

fn advance(
    act: &Act<'_>,
    id: &str,
    next: State,
    change: impl FnOnce(&mut Session) -> Result<(), BookError>,
) -> Result<bool, BookError> {
    let Some(mut session) = act.find::<Session>(id)?.filter(|session| session.state.may_become(next)) else {
        return Ok(false);
    };
    session.state = next;
    change(&mut session)?;
    act.keep(&session)?;
    notice::of_session(act, &session)?;
    Ok(true)
}

fn end_refund(act: &Act<'_>, id: &str, end: RefundState) -> Result<bool, BookError> {
    let waiting = act.find::<Refund>(id)?.filter(|refund| refund.state == RefundState::AwaitingPayment);
    let Some(mut refund) = waiting else { return Ok(false) };
    refund.state = end;
    act.keep(&refund)?;
    notice::of_refund(act, &refund)?;
    Ok(true)
}
