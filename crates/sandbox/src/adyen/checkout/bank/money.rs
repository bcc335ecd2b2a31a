//! Captures and refunds undone, authorisations expired.

use super::Unfit;
use super::unfit::payment as the_payment;
use crate::adyen::checkout::items;
use crate::adyen::checkout::payment::{ChangeKind, ChangeState, Payment};
use crate::adyen::notice::tell;
use crate::book::{Act, BookError};

/// CAPTURE_FAILED: the scheme rejects a capture that was accepted. Without `capture`, the newest that was done.
pub(crate) fn capture_failed(act: &Act<'_>, payment: &str, capture: Option<&str>) -> Result<(), Unfit> {
    let is_capture = |kind| kind == ChangeKind::Capture;
    undo(act, payment, capture, is_capture, ("CAPTURE_FAILED", "Capture Failed"))
}

/// REFUND_FAILED: the refund did not reach the shopper. Without `refund`, the newest that was done.
pub(crate) fn refund_failed(act: &Act<'_>, payment: &str, refund: Option<&str>) -> Result<(), Unfit> {
    undo(act, payment, refund, is_refund, ("REFUND_FAILED", "Refund Failed"))
}

/// REFUNDED_REVERSED: the shopper's bank sent the refund back. Without `refund`, the newest that was done.
pub(crate) fn refund_reversed(act: &Act<'_>, payment: &str, refund: Option<&str>) -> Result<(), Unfit> {
    undo(act, payment, refund, is_refund, ("REFUNDED_REVERSED", "Refund returned by the shopper's bank"))
}

const fn is_refund(kind: ChangeKind) -> bool {
    matches!(kind, ChangeKind::Refund | ChangeKind::Reversal)
}

fn undo(
    act: &Act<'_>,
    payment: &str,
    change: Option<&str>,
    fits: impl Fn(ChangeKind) -> bool,
    (code, reason): (&str, &str),
) -> Result<(), Unfit> {
    let mut payment = the_payment(act, payment)?;
    let done = payment.changes.iter().rev().filter(|one| fits(one.kind));
    let done = done.filter_map(|one| match one.state {
        ChangeState::Done { moved, .. } => Some((one.psp_reference.clone(), moved)),
        _ => None,
    });
    let found = done.into_iter().find(|(reference, _)| change.is_none_or(|wanted| wanted == reference));
    let (reference, moved) = found.ok_or(Unfit::State("nothing of this payment can be undone so"))?;
    let change = payment.undo(&reference).map_err(Unfit::State)?;
    act.keep(&payment)?;
    Ok(tell(act, &items::undone(&payment, &change, code, moved, reason))?)
}

/// EXPIRE: what was not captured expires now.
pub(crate) fn expire(act: &Act<'_>, payment: &str) -> Result<(), Unfit> {
    let mut payment = the_payment(act, payment)?;
    if !payment.open {
        return Err(Unfit::State("nothing of this payment is open"));
    }
    Ok(let_expire(act, &mut payment)?)
}

/// Lets an open payment expire; does nothing to one that is not open.
pub(crate) fn let_expire(act: &Act<'_>, payment: &mut Payment) -> Result<(), BookError> {
    if payment.expire().is_err() {
        return Ok(());
    }
    act.keep(payment)?;
    tell(act, &items::expired(payment))
}
