//! `POST /payments/details`: the shopper is back, with what was chosen at another page.

use axum::response::Response;
use http::StatusCode;

use super::call::Call;
use super::outcome::outcome;
use super::refusal::Refusal;
use crate::adyen::checkout::pay::finish;
use crate::adyen::checkout::payment::Payment;
use crate::book::Act;

/// Letters in a pspReference.
const REFERENCE: usize = 16;

/// Finishes a payment.
pub(super) async fn create(call: Call) -> Response {
    call.answer(|act, body| {
        let details = body.inside("details")?.ok_or(Refusal::Null("details"))?;
        let mut payment = the_payment(act, details.required("redirectResult")?)?;
        finish(act, &mut payment)?;
        Ok((StatusCode::OK, outcome(act, &payment)?))
    })
}

/// The payment of a redirect's result. The result is opaque to a merchant; it holds the reference behind its first letter.
fn the_payment(act: &Act<'_>, result: &str) -> Result<Payment, Refusal> {
    let reference = result.get(1..=REFERENCE).unwrap_or_default();
    let payment = act.find::<Payment>(reference)?;
    let owns = |payment: &Payment| payment.redirect.as_ref().is_some_and(|redirect| redirect.result == result);
    payment.filter(owns).ok_or(Refusal::Invalid("details.redirectResult"))
}
