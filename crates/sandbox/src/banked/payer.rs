//! What a payer does, step by step. Each says the session as it is then; nothing when it is gone, or not at that step.

use super::mock::{Bank, Outcome};
use super::session::{Session, State};
use super::{bank, course};
use crate::book::{Act, BookError};

/// Why a session fails whose payer turns back before a bank was asked: ISO 20022's "requested by customer".
const TURNED_BACK: &str = "CUST";

/// Chooses a bank.
pub(crate) fn choose(act: &Act<'_>, session: &str, bank: Bank) -> Result<Option<Session>, BookError> {
    step(act, session, State::AwaitingProvider, |session| session.bank = Some(bank.id.to_owned()))
}

/// Says which account is theirs.
pub(crate) fn identify(act: &Act<'_>, session: &str, account: &str) -> Result<Option<Session>, BookError> {
    step(act, session, State::AwaitingPaymentConsent, |session| session.account = Some(account.to_owned()))
}

/// Turns back before consenting.
pub(crate) fn turn_back(act: &Act<'_>, session: &str) -> Result<Option<Session>, BookError> {
    let awaits = act.find::<Session>(session)?.is_some_and(|session| session.state.awaits());
    let failed = awaits && bank::fail(act, session, TURNED_BACK)?;
    if failed { act.find(session) } else { Ok(None) }
}

/// Tells the bank to pay, or not. What it makes of that is said too: the account may not allow it.
pub(crate) fn decide(act: &Act<'_>, session: &str, wanted: Outcome) -> Result<Option<(Session, Outcome)>, BookError> {
    let asked = act.find::<Session>(session)?.filter(|session| session.state == State::AwaitingPaymentConsent);
    let Some(asked) = asked else { return Ok(None) };
    let outcome = match Outcome::of_account(asked.account.as_deref().unwrap_or_default()) {
        Outcome::Approved => wanted,
        _ if wanted == Outcome::Declined => wanted,
        bound => bound,
    };
    course::consent(act, &asked, outcome)?;
    Ok(act.find(session)?.map(|session| (session, outcome)))
}

fn step(act: &Act<'_>, id: &str, next: State, change: impl FnOnce(&mut Session)) -> Result<Option<Session>, BookError> {
    let Some(mut session) = act.find::<Session>(id)?.filter(|session| session.state.may_become(next)) else {
        return Ok(None);
    };
    session.state = next;
    change(&mut session);
    act.keep(&session)?;
    Ok(Some(session))
}
