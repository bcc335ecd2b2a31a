//! Another page that the shopper is sent to: 3-D Secure, or a method's own.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use minijinja::context;
use serde::Deserialize;

use super::hosted::back;
use super::over::{broken, over, unknown};
use crate::adyen::checkout::offer;
use crate::adyen::checkout::pay::{choose as decide, finish};
use crate::adyen::checkout::payment::{Payment, State as PaymentState};
use crate::book::{Act, BookError};
use crate::pages::page;
use crate::world::World;

/// What the shopper chose.
#[derive(Deserialize)]
pub(super) struct Choice {
    approved: bool,
}

/// The page, as long as nothing was chosen.
pub(super) async fn show(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    with_payment(&world, &id, |act, payment| match payment.state {
        PaymentState::Started => Ok(asked(&payment)),
        _ => onwards(act, &payment),
    })
}

/// Takes the choice, and sends the shopper on. A card of a session is paid with it; one of the merchant's own page when
/// the merchant brings the result.
pub(super) async fn choose(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Form(choice): Form<Choice>,
) -> Response {
    with_payment(&world, &id, |act, mut payment| {
        let hosted = offer::of(act, &payment)?;
        // Another try was good meanwhile, and this one can no longer be. A choice that was made leads on, sent again too.
        let undecided = payment.state == PaymentState::Started;
        if let Some(offer) = hosted.as_ref().filter(|offer| undecided && offer.is_paid()) {
            return Ok(over(offer));
        }
        decide(act, &mut payment, choice.approved)?;
        if hosted.is_some() {
            finish(act, &mut payment)?;
        }
        onwards(act, &payment)
    })
}

fn asked(payment: &Payment) -> Response {
    let card = payment.card.as_ref().map(|card| card.last4.as_str());
    let (heading, question, approve, fail) = match card {
        Some(_) => ("3-D Secure", "Your bank asks whether it is you who pays.", "Approve", "Fail"),
        None => ("Your bank", "Do you want to pay this?", "Pay", "Cancel"),
    };
    let values = context! {
        id => payment.psp_reference.as_str(),
        merchant => payment.merchant_account.as_str(),
        amount => payment.amount.decimal(),
        currency => payment.amount.currency.as_str(),
        card, heading, question, approve, fail,
    };
    page(StatusCode::OK, "adyen-redirect.html", values)
}

/// Where the shopper goes from here.
fn onwards(act: &Act<'_>, payment: &Payment) -> Result<Response, BookError> {
    if let Some(offer) = offer::of(act, payment)? {
        return Ok(match payment.state {
            PaymentState::Authorised | PaymentState::Pending => back(&offer),
            _ if offer.is_payable(act.now) => Redirect::to(&format!("/adyen/pay/{}", offer.id)).into_response(),
            _ => over(&offer),
        });
    }
    let result = payment.redirect.as_ref().map(|redirect| redirect.result.as_str());
    let url = url::Url::parse(&payment.return_url).ok().zip(result).map(|(mut url, result)| {
        url.query_pairs_mut().append_pair("redirectResult", result);
        String::from(url)
    });
    Ok(url.map_or_else(unknown, |url| Redirect::to(&url).into_response()))
}

fn with_payment(
    world: &World,
    id: &str,
    work: impl FnOnce(&Act<'_>, Payment) -> Result<Response, BookError>,
) -> Response {
    let found = world.act(|act| act.find::<Payment>(id)?.map_or_else(|| Ok(unknown()), |payment| work(act, payment)));
    found.unwrap_or_else(|error| broken(&error))
}
