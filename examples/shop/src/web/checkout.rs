//! The till: an order is committed together with what is wanted of the provider, and only then is the provider asked.

use std::sync::Arc;
use std::time::Duration;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use url::Url;

use super::failure::Failure;
use super::{basket, order};
use crate::basket::Basket;
use crate::book::{self, Intention, Line, NewOrder, Order};
use crate::intentions::{self, State as Carried};
use crate::provider::Provider;
use crate::shop::Till;
use crate::standing::Standing;
use crate::{clock, token};

/// How long the buyer waits for the provider's page before the order's own page says that it takes longer.
const SESSION_PATIENCE: Duration = Duration::from_secs(10);

/// Longest address of mail, in bytes: what a mail server takes.
const EMAIL_BYTES_MAX: usize = 254;

/// The form that places an order.
#[derive(Deserialize)]
pub(crate) struct Checkout {
    /// Made when the form was: the same form sent twice is one order.
    attempt: String,
    email: String,
    method: Method,
}

/// The form that pays an order that is not paid yet.
#[derive(Deserialize)]
pub(crate) struct Again {
    attempt: String,
    method: Method,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Method {
    Card,
    Bank,
}

impl Method {
    const fn provider(self) -> Provider {
        match self {
            Self::Card => Provider::Adyen,
            Self::Bank => Provider::Banked,
        }
    }
}

/// `POST /checkout`
pub(crate) async fn place(
    State(till): State<Arc<Till>>,
    headers: HeaderMap,
    Form(form): Form<Checkout>,
) -> Result<Response, Failure> {
    let filled = basket::read(&headers, &till);
    let email = form.email.trim();
    if !is_address(email) {
        let problem = Some(("Please write the address of your mail, such as ada@example.com.", email));
        return basket::render(&till, &filled, StatusCode::UNPROCESSABLE_ENTITY, problem);
    }
    if filled.count() == 0 {
        return Ok(Redirect::to("/basket").into_response());
    }
    let key = key(&form.attempt)?;
    let new = NewOrder {
        reference: token::reference()?,
        page: token::secret()?,
        attempt: key.clone(),
        email: email.to_owned(),
        lines: lines(&filled),
        placed_at: clock::now(),
    };
    let order = write_down(&till, new, form.method.provider()).await?.ok_or_else(no_such_way)?;
    let emptied = [(SET_COOKIE, basket::cookie(&Basket::default(), &till))];
    Ok((emptied, to_payment(&till, &order, &key).await?).into_response())
}

/// `POST /orders/{page}/pay`
pub(crate) async fn again(
    State(till): State<Arc<Till>>,
    Path(page): Path<String>,
    Form(form): Form<Again>,
) -> Result<Response, Failure> {
    let (fresh, provider, providers) = (key(&form.attempt)?, form.method.provider(), Arc::clone(&till.providers));
    let now = clock::now();
    let wanted = till.book.act(move |act| {
        let Some(order) = book::by_page(act, &page)? else { return Ok(None) };
        let sessions = book::intentions_of(act, &order.reference)?;
        // While nothing is known of it, the page that was opened for this order is used again: it cannot be paid twice.
        let opened = sessions.iter().rfind(|one| order::is_open_session(one, provider, now));
        if let Some(opened) = opened.filter(|_| order.standing == Standing::Waiting) {
            return Ok(Some((order, Some(opened.key.clone()))));
        }
        let lines = book::lines(act, &order.reference)?;
        let may = order.standing.may_be_paid();
        let wanted = may && intentions::session(act, &providers, (&order, &lines), (provider, &fresh), now)?;
        Ok(Some((order, wanted.then_some(fresh))))
    });
    let (order, key) = wanted.await?.ok_or(Failure::NotFound)?;
    match key {
        Some(key) => to_payment(&till, &order, &key).await,
        // It was paid in the meantime, or is about to be.
        None => Ok(Redirect::to(&format!("/orders/{}", order.page)).into_response()),
    }
}

/// Order and intention in one act; the same form sent again finds the order it made. Nothing when that way to pay is not
/// configured.
async fn write_down(till: &Till, new: NewOrder, provider: Provider) -> Result<Option<Order>, Failure> {
    if !till.providers.has(provider) {
        return Ok(None);
    }
    let providers = Arc::clone(&till.providers);
    let placed = till.book.act(move |act| {
        let (order, is_new) = book::place(act, &new)?;
        if is_new {
            intentions::session(act, &providers, (&order, &new.lines), (provider, &new.attempt), new.placed_at)?;
        }
        Ok(order)
    });
    Ok(Some(placed.await?))
}

/// On to the provider's page; or to the order's own, which says what is the matter when there is none yet.
async fn to_payment(till: &Till, order: &Order, key: &str) -> Result<Response, Failure> {
    let session = intentions::answered(&till.book, key, SESSION_PATIENCE).await?;
    let address = session.as_ref().and_then(|session| payment_page(till, order, session));
    Ok(Redirect::to(&address.unwrap_or_else(|| format!("/orders/{}", order.page))).into_response())
}

fn payment_page(till: &Till, order: &Order, session: &Intention) -> Option<String> {
    if session.state != Carried::Done {
        return None;
    }
    if session.provider == Provider::Adyen && till.providers.drop_in().is_some() {
        return Some(format!("/orders/{}/card", order.page));
    }
    let answer: serde_json::Value = serde_json::from_str(session.answer.as_deref()?).ok()?;
    let url = Url::parse(answer["url"].as_str()?).ok()?;
    matches!(url.scheme(), "https" | "http").then(|| url.into())
}

fn lines(basket: &Basket) -> Vec<Line> {
    let line = |(product, quantity): (&'static crate::catalogue::Product, u32)| Line {
        product: product.id.to_owned(),
        name: product.name.to_owned(),
        quantity,
        price: product.price,
    };
    basket.lines().map(line).collect()
}

fn key(attempt: &str) -> Result<String, Failure> {
    let refused = || Failure::Refused("This form is not one of ours. Please open the basket again.".to_owned());
    token::is_secret(attempt).then(|| attempt.to_owned()).ok_or_else(refused)
}

fn no_such_way() -> Failure {
    Failure::Refused("That way to pay is not offered. Please choose another.".to_owned())
}

/// Whether mail can be sent there, as far as its form tells.
fn is_address(text: &str) -> bool {
    let parts = text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
    parts && text.len() <= EMAIL_BYTES_MAX && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_mail_is_known_by_its_form() {
        assert!(is_address("ada@example.com") && is_address("a+b@mail.example.org"));
        for text in ["", "ada", "@example.com", "ada@host", "a da@example.com", "a@b.c\r\nbcc: x@y.z"] {
            assert!(!is_address(text), "{text:?}");
        }
    }
}
