//! The basket: what is in it, changing it, and the way to the till.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use minijinja::context;
use serde::Deserialize;

use super::failure::Failure;
use super::page::page;
use crate::basket::{self, Basket, QUANTITY_MAX};
use crate::provider::Provider;
use crate::shop::Till;
use crate::{catalogue, token};

/// How long a browser keeps a basket.
const KEPT_SECONDS: u32 = 30 * 86_400;

/// A change: one more of something, or exactly that many.
#[derive(Deserialize)]
pub(crate) struct Change {
    product: String,
    quantity: Option<u32>,
}

/// `GET /basket`
pub(crate) async fn show(State(till): State<Arc<Till>>, headers: HeaderMap) -> Result<Response, Failure> {
    render(&till, &read(&headers, &till), StatusCode::OK, None)
}

/// `POST /basket`
pub(crate) async fn change(
    State(till): State<Arc<Till>>,
    headers: HeaderMap,
    Form(change): Form<Change>,
) -> Result<Response, Failure> {
    let product = catalogue::find(&change.product).ok_or(Failure::NotFound)?;
    let mut basket = read(&headers, &till);
    basket.set(product, change.quantity.unwrap_or(basket.quantity(product) + 1));
    Ok(([(SET_COOKIE, cookie(&basket, &till))], Redirect::to("/basket")).into_response())
}

/// The page; with what was wrong with the form, and what was typed into it, when it is shown again.
pub(crate) fn render(
    till: &Till,
    basket: &Basket,
    status: StatusCode,
    again: Option<(&str, &str)>,
) -> Result<Response, Failure> {
    let line = |(product, quantity): (&'static catalogue::Product, u32)| {
        let total = product.price * i64::from(quantity);
        context! { id => product.id, name => product.name, picture => product.picture, price => product.price, quantity, total }
    };
    let values = context! {
        lines => basket.lines().map(line).collect::<Vec<_>>(),
        total => basket.total(),
        count => basket.count(),
        quantity_max => QUANTITY_MAX,
        attempt => token::secret()?,
        card => till.providers.has(Provider::Adyen),
        bank => till.providers.has(Provider::Banked),
        problem => again.map(|(problem, _)| problem),
        email => again.map(|(_, email)| email),
    };
    Ok(page(status, "basket.html", values))
}

/// The basket that a request carries.
pub(crate) fn read(headers: &HeaderMap, till: &Till) -> Basket {
    let header = headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Basket::read(header, &till.basket_key)
}

/// The cookie that carries a basket.
pub(crate) fn cookie(basket: &Basket, till: &Till) -> String {
    let secure = if till.base_url.scheme() == "https" { "; Secure" } else { "" };
    let value = basket.value(&till.basket_key);
    format!("{}={value}; Path=/; Max-Age={KEPT_SECONDS}; HttpOnly; SameSite=Lax{secure}", basket::COOKIE)
}
