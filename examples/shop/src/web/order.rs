//! An order's page. It says *paid* when a webhook has said so; what the redirect from the provider says is not even read.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use minijinja::context;
use rusqlite::Transaction;

use super::failure::Failure;
use super::page::page;
use crate::book::{self, BookError, Intention, Line, Order};
use crate::intentions::{Kind, State as Carried};
use crate::provider::Provider;
use crate::shop::Till;
use crate::standing::Standing;
use crate::{catalogue, clock, token};

/// How long a page of the provider's is sent to again. Adyen closes them after an hour.
const SESSION_SECONDS: i64 = 50 * 60;

/// What an order's page shows.
pub(crate) struct View {
    pub(crate) order: Order,
    lines: Vec<Line>,
    refunded: i64,
    disputed: i64,
    /// The latest session's state; nothing when no provider was asked yet.
    session: Option<Carried>,
}

/// `GET /orders/{page}`
pub(crate) async fn show(State(till): State<Arc<Till>>, Path(address): Path<String>) -> Result<Response, Failure> {
    let view = till.book.read(move |act| View::of(act, &address)).await?.ok_or(Failure::NotFound)?;
    let order = &view.order;
    let line = |line: &Line| {
        let Line { product, name, quantity, price } = line;
        // What is sold no more has no picture any more.
        let picture = catalogue::find(product).map(|product| product.picture);
        context! { product, name, quantity, picture, total => price * i64::from(*quantity) }
    };
    let opening = view.session == Some(Carried::Open) && order.standing == Standing::Waiting;
    let values = context! {
        state => view.state(),
        page => order.page.as_str(),
        reference => order.reference.as_str(),
        standing => order.standing.as_str(),
        total => order.total,
        refunded => view.refunded,
        disputed => view.disputed,
        lines => view.lines.iter().map(line).collect::<Vec<_>>(),
        opening,
        failed => matches!(view.session, Some(Carried::Refused | Carried::GivenUp)),
        may_be_paid => order.standing.may_be_paid() && !opening,
        settles => matches!(order.standing, Standing::Waiting | Standing::Pending),
        attempt => token::secret()?,
        card => till.providers.has(Provider::Adyen),
        bank => till.providers.has(Provider::Banked),
    };
    Ok(page(StatusCode::OK, "order.html", values))
}

/// `GET /orders/{page}/return`: where the provider sends the buyer. Anybody can open it with any words in its address, so
/// they are dropped, and the order's page waits for the webhook.
pub(crate) async fn back(State(till): State<Arc<Till>>, Path(address): Path<String>) -> Result<Response, Failure> {
    let order = till.book.read(move |act| book::by_page(act, &address)).await?.ok_or(Failure::NotFound)?;
    Ok(Redirect::to(&format!("/orders/{}", order.page)).into_response())
}

/// Whether the buyer can still pay on the page of that session.
pub(crate) fn is_open_session(intention: &Intention, provider: Provider, now: i64) -> bool {
    let fresh = now - intention.made_at < SESSION_SECONDS;
    let alive = matches!(intention.state, Carried::Open | Carried::Done);
    intention.kind == Kind::Session && intention.provider == provider && fresh && alive
}

/// The session of Adyen's that the buyer pays in now, as Adyen answered.
pub(crate) fn open_card_session(act: &Transaction<'_>, reference: &str) -> Result<Option<String>, BookError> {
    let wanted = book::intentions_of(act, reference)?;
    let now = clock::now();
    let open = wanted.into_iter().rfind(|one| is_open_session(one, Provider::Adyen, now));
    Ok(open.filter(|one| one.state == Carried::Done).and_then(|one| one.answer))
}

impl View {
    /// What the page at that address shows.
    pub(crate) fn of(act: &Transaction<'_>, address: &str) -> Result<Option<Self>, BookError> {
        let Some(order) = book::by_page(act, address)? else { return Ok(None) };
        let payments = book::of_order(act, &order.reference)?;
        let wanted = book::intentions_of(act, &order.reference)?;
        Ok(Some(Self {
            lines: book::lines(act, &order.reference)?,
            refunded: payments.iter().map(|payment| payment.refunded).sum(),
            disputed: payments.iter().map(|payment| payment.disputed).sum(),
            session: wanted.iter().rfind(|one| one.kind == Kind::Session).map(|one| one.state),
            order,
        }))
    }

    /// A word that is another one whenever the page would look different.
    pub(crate) fn state(&self) -> String {
        let session = self.session.map_or("none", Carried::as_str);
        format!("{}.{}.{}.{session}", self.order.standing.as_str(), self.refunded, self.disputed)
    }
}
