//! `POST /payments`: a payment by the merchant's own page.

use axum::response::Response;
use http::StatusCode;

use super::call::{Answer, Call};
use super::fields::Fields;
use super::instrument::instrument;
use super::outcome::outcome;
use super::refusal::Refusal;
use crate::adyen::checkout::order::{Order, OrderState};
use crate::adyen::checkout::pay::{Address, Authenticate, Purchase, pay};
use crate::adyen::checkout::payment::Origin;
use crate::adyen::notice::Amount;
use crate::book::Act;

/// Pays.
pub(super) async fn create(call: Call) -> Response {
    call.answer(|act, body| {
        let purchase = purchase(act, body)?;
        let payment = pay(act, &purchase)?;
        Ok((StatusCode::OK, outcome(act, &payment)?)) as Answer
    })
}

fn purchase(act: &Act<'_>, body: Fields<'_>) -> Result<Purchase, Refusal> {
    let account = body.merchant_account(act)?;
    let amount = body.amount()?;
    let reference = body.required("reference")?;
    let method = body.inside("paymentMethod")?.ok_or(Refusal::Null("paymentMethod"))?;
    let by = instrument(method)?;
    let order = body.inside("order")?.map(|order| the_order(act, order, &account, &amount)).transpose()?;
    let metadata = body.metadata()?;
    Ok(Purchase {
        address: address(body)?,
        authenticate: authenticate(body)?,
        answer: answer_asked_for(body)?,
        return_url: body.return_url()?,
        shopper: body.shopper()?,
        metadata,
        origin: Origin {
            session: None,
            link: None,
            order: order.map(|order| order.psp_reference),
            merchant_order_reference: body.own("merchantOrderReference")?,
        },
        ..Purchase::new(&account, reference, amount, by)
    })
}

fn address(body: Fields<'_>) -> Result<Address, Refusal> {
    let Some(address) = body.inside("billingAddress")? else { return Ok(Address::default()) };
    Ok(Address { street: address.own("street")?, house: address.digits("houseNumberOrName")? })
}

fn authenticate(body: Fields<'_>) -> Result<Authenticate, Refusal> {
    let data = body.inside("authenticationData")?;
    let attempt = data.map_or(Ok(None), |data| data.text("attemptAuthentication"))?;
    Ok(match attempt {
        Some("always") => Authenticate::Always,
        Some("never") => Authenticate::Never,
        _ => Authenticate::AsTheCard,
    })
}

fn answer_asked_for(body: Fields<'_>) -> Result<Option<u8>, Refusal> {
    let name = "RequestedTestAcquirerResponseCode";
    let data = body.inside("additionalData")?;
    let asked = data.map_or(Ok(None), |data| data.digits(name))?;
    asked.map(|code| code.trim().parse().map_err(|_| Refusal::Invalid(name))).transpose()
}

/// The order that a payment pays a part of: open, and with so much left.
fn the_order(act: &Act<'_>, named: Fields<'_>, account: &str, amount: &Amount) -> Result<Order, Refusal> {
    let found = act.find::<Order>(named.required("pspReference")?)?;
    let data = named.required("orderData")?;
    let order = found.filter(|order| order.data == data && order.merchant_account == account);
    let order = order.filter(|order| order.state == OrderState::Open).ok_or(Refusal::Invalid("order"))?;
    let fits = order.amount.currency == amount.currency && amount.value <= order.remaining();
    if fits { Ok(order) } else { Err(Refusal::Amount) }
}
