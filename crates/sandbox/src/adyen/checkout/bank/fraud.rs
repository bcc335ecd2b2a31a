//! The issuer's report of fraud.

use super::Unfit;
use super::unfit::payment as the_payment;
use crate::adyen::checkout::items;
use crate::adyen::checkout::payment::State;
use crate::adyen::notice::tell;
use crate::book::Act;

/// NOTIFICATION_OF_FRAUD: the card holder says that somebody else paid. No money moves. Says the report's reference.
pub(crate) fn fraud_notified(act: &Act<'_>, payment: &str) -> Result<String, Unfit> {
    let payment = the_payment(act, payment)?;
    if payment.state != State::Authorised {
        return Err(Unfit::State("this payment was never authorised; nobody reports it"));
    }
    let psp_reference = act.chance()?.psp_reference();
    tell(act, &items::fraud(&payment, &psp_reference))?;
    Ok(psp_reference)
}
