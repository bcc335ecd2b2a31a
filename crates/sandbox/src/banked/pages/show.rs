//! A session as the pages show it, and where they lead.

use axum::response::{IntoResponse, Response};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use minijinja::value::merge_maps;
use minijinja::{Value, context};
use url::Url;

use crate::banked::session::{LineItem, Session, State};
use crate::banked::{mock, money};
use crate::book::{Act, BookError};
use crate::pages;
use crate::world::World;

/// A page, or why there is none.
pub(super) fn answer(world: &World, work: impl FnOnce(&Act<'_>) -> Result<Response, BookError>) -> Response {
    world.act(work).unwrap_or_else(|error: BookError| {
        tracing::error!(%error, "a page of Banked's");
        (StatusCode::INTERNAL_SERVER_ERROR, "the sandbox could not write its file; its log says why").into_response()
    })
}

/// A page about a session; `problem` says what was wrong with the form that led here.
pub(super) fn page(session: &Session, template: &str, problem: Option<&str>) -> Response {
    page_with(session, template, problem, context! {})
}

/// The same with something to choose from, or what was typed in place of what the session says.
pub(super) fn page_with(session: &Session, template: &str, problem: Option<&str>, more: Value) -> Response {
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    pages::page(status, template, merge_maps([values(session), context! { problem }, more]))
}

/// There is no such session, or no more.
pub(super) fn gone() -> Response {
    pages::page(StatusCode::NOT_FOUND, "banked-gone.html", context! {})
}

/// On to another page of the sandbox; one that cannot be written in a header is none of ours.
pub(super) fn on_to(address: &str) -> Response {
    match HeaderValue::try_from(address) {
        Ok(address) => (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response(),
        Err(_) => gone(),
    }
}

/// Back to the shop.
pub(super) fn back_to_shop(session: &Session, paid: bool) -> Response {
    on_to(&shop(session, paid))
}

/// The shop's address, written as a header can carry it.
fn shop(session: &Session, paid: bool) -> String {
    let address = session.way_back(paid);
    Url::parse(&address).map_or(address, String::from)
}

fn values(session: &Session) -> Value {
    let line = |item: &LineItem| {
        context! {
            name => &item.name, description => &item.description, quantity => item.quantity,
            price => money::formatted(item.amount * item.quantity, &item.currency),
        }
    };
    context! {
        id => &session.id,
        amount => session.formatted(),
        reference => &session.reference,
        payee => &session.payee.name,
        lines => session.line_items.iter().map(line).collect::<Vec<_>>(),
        bank => session.bank.as_deref().and_then(mock::bank).map(|bank| bank.name),
        account => session.account.as_deref().unwrap_or(mock::GOOD_ACCOUNT),
        failed => session.state == State::Failed,
        failure => &session.failure,
        sent => session.state == State::Sent,
        back => shop(session, session.state != State::Failed),
    }
}
