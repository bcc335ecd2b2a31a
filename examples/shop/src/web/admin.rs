//! The merchant's pages: every order; one order with its payments, what was asked of the provider, and what was heard.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use minijinja::{Value, context};
use serde::Deserialize;

use super::failure::Failure;
use super::order::View;
use super::page::page;
use crate::book::{self, Heard, Intention, Order, Payment};
use crate::intentions::{self, Kind, Room};
use crate::shop::Till;
use crate::{clock, money, token};

/// Most orders on the list.
const LISTED_MAX: u32 = 200;

/// The form of a capture, cancel or refund.
#[derive(Deserialize)]
pub(crate) struct Modify {
    /// Made when the form was: the same form sent twice is one intention, under this idempotency key.
    attempt: String,
    /// In pounds, as typed; a cancel has none.
    amount: Option<String>,
}

/// `GET /admin`
pub(crate) async fn list(State(till): State<Arc<Till>>) -> Result<Response, Failure> {
    let orders = till.book.read(|act| book::latest(act, LISTED_MAX)).await?;
    let order = |order: &Order| {
        context! {
            reference => order.reference.as_str(), email => order.email.as_str(), total => order.total,
            standing => order.standing.as_str(), placed_at => moment(order.placed_at),
        }
    };
    let orders: Vec<_> = orders.iter().map(order).collect();
    Ok(page(StatusCode::OK, "admin.html", context! { orders, listed_max => LISTED_MAX }))
}

/// `GET /admin/orders/{reference}`
pub(crate) async fn show(State(till): State<Arc<Till>>, Path(reference): Path<String>) -> Result<Response, Failure> {
    let found = till.book.read(move |act| {
        let Some(order) = book::by_reference(act, &reference)? else { return Ok(None) };
        let payments = book::of_order(act, &reference)?;
        let wanted = book::intentions_of(act, &reference)?;
        let state = View::of(act, &order.page)?.map(|view| view.state());
        Ok(Some((order, payments, wanted, book::history(act, &reference)?, state)))
    });
    let (order, payments, wanted, heard, state) = found.await?.ok_or(Failure::NotFound)?;
    let payments = payments.iter().map(|payment| shown(payment, intentions::room(payment, &wanted, &heard)));
    let values = context! {
        state,
        reference => order.reference.as_str(),
        page => order.page.as_str(),
        email => order.email.as_str(),
        total => order.total,
        standing => order.standing.as_str(),
        thanked => order.thanks > 0,
        placed_at => moment(order.placed_at),
        payments => payments.collect::<Result<Vec<_>, Failure>>()?,
        wanted => wanted.iter().map(asked).collect::<Vec<_>>(),
        heard => heard.iter().map(told).collect::<Vec<_>>(),
    };
    Ok(page(StatusCode::OK, "admin_order.html", values))
}

/// `POST /admin/orders/{reference}/payments/{payment}/{capture,cancel,refund}`
pub(crate) async fn modify(
    State(till): State<Arc<Till>>,
    Path((reference, payment, what)): Path<(String, String, String)>,
    Form(form): Form<Modify>,
) -> Result<Response, Failure> {
    let kind = Kind::parse(&what).filter(|kind| *kind != Kind::Session).ok_or(Failure::NotFound)?;
    let to = format!("/admin/orders/{reference}");
    let unwanted = |why: String| Failure::Unwanted { why, order: to.clone() };
    let amount = match kind {
        Kind::Cancel => 0,
        _ => money::read(form.amount.as_deref().unwrap_or_default())
            .ok_or_else(|| unwanted("Please write an amount such as 12.50.".to_owned()))?,
    };
    if !token::is_secret(&form.attempt) {
        return Err(unwanted("This form is not one of ours. Please open the order again.".to_owned()));
    }
    let providers = Arc::clone(&till.providers);
    let wanted = till.book.act(move |act| {
        let Some(order) = book::by_reference(act, &reference)? else { return Ok(None) };
        let asked = (kind, amount, form.attempt.as_str());
        intentions::modify(act, &providers, (&order, &payment), asked, clock::now()).map(Some)
    });
    match wanted.await?.ok_or(Failure::NotFound)? {
        Ok(()) => Ok(Redirect::to(&to).into_response()),
        Err(why) => Err(unwanted(why.to_string())),
    }
}

/// A payment, with a form for each thing that can still be done with it.
fn shown(payment: &Payment, room: Room) -> Result<Value, Failure> {
    Ok(context! {
        id => payment.id.as_str(), provider => payment.provider.as_str(), name => payment.provider_reference.as_deref(),
        status => payment.status.as_str(), version => payment.version, authorised => payment.authorised,
        captured => payment.captured, refunded => payment.refunded, disputed => payment.disputed,
        may_capture => room.capture, may_refund => room.refund, may_cancel => room.cancel,
        capture => token::secret()?, cancel => token::secret()?, refund => token::secret()?,
    })
}

fn asked(intention: &Intention) -> Value {
    context! {
        at => moment(intention.made_at), kind => intention.kind.as_str(), provider => intention.provider.as_str(),
        amount => intention.amount, state => intention.state.as_str(), tries => intention.tries, key => intention.key.as_str(),
        name => intention.provider_reference.as_deref(),
        // What was taken needs no explanation; what was not, does.
        answer => intention.answer.as_deref().filter(|_| intention.state != intentions::State::Done),
    }
}

fn told(heard: &Heard) -> Value {
    context! {
        at => moment(heard.received_at), id => heard.id.as_str(), revision => heard.revision, kind => heard.kind.as_str(),
        amount => heard.amount.filter(|_| heard.currency.as_deref() == Some(money::CURRENCY)),
        name => heard.provider_reference.as_deref(), detail => heard.detail.as_deref(),
    }
}

/// A moment as people read it, UTC.
fn moment(seconds: i64) -> String {
    let at = Timestamp::from_second(seconds).unwrap_or_default();
    at.to_string().replace('T', " ").replace('Z', "")
}
