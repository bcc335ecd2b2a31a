//! How long things take at Banked, and the course they take by themselves.

use std::time::Duration;

use super::mock::Outcome;
use super::refund::Refund;
use super::session::Session;
use super::{Due, bank};
use crate::book::{Act, BookError};
use crate::clockwork;

/// How long a session waits for its payer. Not documented.
const SESSION_TIME_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// From the bank taking the request to the scheme taking it.
const TO_PENDING: Duration = Duration::from_secs(1);
/// From the bank taking the request to the money leaving, or to the bank's refusal.
const TO_END: Duration = Duration::from_secs(4);
/// The same when it takes long: Faster Payments promises two hours.
const TO_LATE_END: Duration = Duration::from_secs(2 * 60 * 60);
/// From a refund being accepted to its end.
const TO_REFUND_END: Duration = Duration::from_secs(5);

/// A session was created: from now on its time runs.
pub(crate) fn begin(act: &Act<'_>, session: &Session) -> Result<(), BookError> {
    let due = clockwork::Due::Banked(Due::Expire { id: session.id.clone() });
    act.later_unless_someone_comes(SESSION_TIME_MAX, &due)
}

/// The payer has spoken at the bank: what happens now, and what will.
pub(crate) fn consent(act: &Act<'_>, session: &Session, outcome: Outcome) -> Result<(), BookError> {
    let id = session.id.clone();
    if outcome == Outcome::Declined {
        bank::fail(act, &id, "MD16")?;
        return Ok(());
    }
    bank::initiate(act, &id)?;
    if let Some(reason) = outcome.reason() {
        return later(act, TO_END, Due::Fail { id, reason: reason.to_owned() });
    }
    let end = if outcome == Outcome::Late { TO_LATE_END } else { TO_END };
    later(act, TO_PENDING, Due::Pend { id: id.clone() })?;
    later(act, end, Due::Send { id })
}

/// A refund was accepted: it ends as the account it goes to makes it.
pub(crate) fn refund(act: &Act<'_>, refund: &Refund) -> Result<(), BookError> {
    let account = refund.payee.as_ref().and_then(|payee| payee.account_number.as_deref()).unwrap_or_default();
    let id = refund.id.clone();
    let end = match Outcome::of_account(account).reason() {
        None => Due::RefundSent { id },
        Some(_) => Due::RefundFailed { id },
    };
    later(act, TO_REFUND_END, end)
}

fn later(act: &Act<'_>, delay: Duration, due: Due) -> Result<(), BookError> {
    act.later(delay, &clockwork::Due::Banked(due))
}
