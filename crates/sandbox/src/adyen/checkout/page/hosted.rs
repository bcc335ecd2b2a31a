//! The payment page of a session or a link.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;

use super::form::{Typed, form, refused};
use super::over::{broken, over, unknown};
use crate::adyen::checkout::offer::{Offer, Standing};
use crate::adyen::checkout::pay::pay as buy;
use crate::adyen::checkout::payment::{Payment, State as PaymentState};
use crate::book::{Act, BookError};
use crate::world::World;

/// The page; after a try that did not succeed, with its reason.
pub(super) async fn show(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    with_offer(&world, &id, |act, offer| {
        if !offer.is_payable(act.now) {
            return Ok(over(&offer));
        }
        let tried = offer.payment.as_ref().filter(|_| offer.standing == Standing::Refused);
        let tried = tried.map_or(Ok(None), |payment| act.find::<Payment>(payment))?;
        let mistake = tried.as_ref().map(refused);
        Ok(form(StatusCode::OK, &offer, &Typed::default(), mistake.as_deref()))
    })
}

/// Pays by what was typed in.
pub(super) async fn pay(State(world): State<Arc<World>>, Path(id): Path<String>, Form(typed): Form<Typed>) -> Response {
    with_offer(&world, &id, |act, mut offer| {
        if !offer.is_payable(act.now) {
            return Ok(over(&offer));
        }
        let by = match typed.instrument() {
            Ok(by) => by,
            Err(mistake) => return Ok(form(StatusCode::UNPROCESSABLE_ENTITY, &offer, &typed, Some(&mistake))),
        };
        let payment = buy(act, &offer.purchase(by))?;
        if payment.state == PaymentState::Started {
            offer.payment = Some(payment.psp_reference.clone());
            act.keep(&offer)?;
            return Ok(Redirect::to(&format!("/adyen/redirect/{}", payment.psp_reference)).into_response());
        }
        Ok(match payment.state {
            PaymentState::Authorised | PaymentState::Pending => back(&current(act, offer)?),
            _ => form(StatusCode::OK, &offer, &typed, Some(&refused(&payment))),
        })
    })
}

/// The shopper goes back to the shop without paying.
pub(super) async fn cancel(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    with_offer(&world, &id, |act, mut offer| {
        if offer.is_payable(act.now) && !offer.reusable {
            offer.standing = Standing::Canceled;
            act.keep(&offer)?;
        }
        Ok(back(&offer))
    })
}

/// To the shop, with what it asks for; to a page that says how it stands when the shop named no address.
pub(super) fn back(offer: &Offer) -> Response {
    offer.way_back().map_or_else(|| over(offer), |url| Redirect::to(&url).into_response())
}

/// As it is kept by now.
fn current(act: &Act<'_>, offer: Offer) -> Result<Offer, BookError> {
    Ok(act.find(&offer.id)?.unwrap_or(offer))
}

fn with_offer(world: &World, id: &str, work: impl FnOnce(&Act<'_>, Offer) -> Result<Response, BookError>) -> Response {
    let answered = world.act(|act| act.find::<Offer>(id)?.map_or_else(|| Ok(unknown()), |offer| work(act, offer)));
    answered.unwrap_or_else(|error| broken(&error))
}
