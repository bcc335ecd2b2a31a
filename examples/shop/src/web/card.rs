//! Adyen's Drop-in on a page of the shop, when a client key is configured and Adyen itself is asked.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, StatusCode};
use minijinja::context;

use super::failure::Failure;
use super::order::open_card_session;
use super::page::page_with;
use crate::book;
use crate::shop::Till;

/// The release of Adyen's script. Its own styles and frames come from Adyen's hosts, which this page alone lets in.
const ADYEN_WEB: &str = "6.13.1";

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
     script-src 'self' https://*.adyen.com; style-src 'self' 'unsafe-inline' https://*.adyen.com; \
     img-src 'self' data: https://*.adyen.com; connect-src 'self' https://*.adyen.com; \
     frame-src https://*.adyen.com https:; font-src https://*.adyen.com",
);

/// `GET /orders/{page}/card`
pub(crate) async fn show(State(till): State<Arc<Till>>, Path(address): Path<String>) -> Result<Response, Failure> {
    let client_key = till.providers.drop_in().ok_or(Failure::NotFound)?;
    let found = till.book.read(move |act| {
        let Some(order) = book::by_page(act, &address)? else { return Ok(None) };
        let session = open_card_session(act, &order.reference)?;
        Ok(Some((order, session)))
    });
    let (order, session) = found.await?.ok_or(Failure::NotFound)?;
    let to_order = || Ok(Redirect::to(&format!("/orders/{}", order.page)).into_response());
    let Some(session) = session.filter(|_| order.standing.may_be_paid()) else { return to_order() };
    let Ok(session) = serde_json::from_str::<serde_json::Value>(&session) else { return to_order() };
    let environment = if client_key.starts_with("live_") { "live" } else { "test" };
    let values = context! {
        page => order.page.as_str(),
        total => order.total,
        client_key,
        environment,
        session_id => session["id"].as_str(),
        session_data => session["sessionData"].as_str(),
        scripts => format!("https://checkoutshopper-{environment}.cdn.adyen.com/checkoutshopper/sdk/{ADYEN_WEB}"),
    };
    Ok(page_with(POLICY, StatusCode::OK, "card.html", values))
}
