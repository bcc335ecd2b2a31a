//! A method that said no says yes after all, of the same payment.
//!
//! Adyen's PayPal does: AUTHORISATION false, seconds later AUTHORISATION true, with the same pspReference.

use super::settle::settle;
use crate::adyen::checkout::acquirer::APPROVED;
use crate::adyen::checkout::bank::Unfit;
use crate::adyen::checkout::payment::{Payment, State};
use crate::book::Act;

/// A refused payment is good after all.
pub(crate) fn reconsider(act: &Act<'_>, psp_reference: &str) -> Result<(), Unfit> {
    let found = act.find::<Payment>(psp_reference)?;
    let mut payment = found.ok_or_else(|| Unfit::Unknown(psp_reference.to_owned()))?;
    if payment.state != State::Refused {
        return Err(Unfit::State("this payment was not refused; there is nothing to say yes to after all"));
    }
    payment.answer = APPROVED;
    Ok(settle(act, &mut payment)?)
}
