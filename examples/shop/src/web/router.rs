//! Every address, and what holds for all of them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;

use super::failure::Failure;
use super::{admin, assets, basket, card, checkout, guard, order, origin, shelf, watch};
use crate::receive;
use crate::shop::Till;

/// Longest form, in bytes.
const FORM_MAX: usize = 16 << 10;

/// Longest webhook, in bytes: payhook takes notifications of up to 1 MiB, and wraps them.
const WEBHOOK_MAX: usize = 2 << 20;

/// Longest that a request may take until its answer begins, reading its body included.
const PATIENCE: Duration = Duration::from_secs(30);

/// The shop's router.
pub(crate) fn router(till: Arc<Till>) -> Router {
    let merchants = Router::new()
        .route("/admin", get(admin::list))
        .route("/admin/orders/{reference}", get(admin::show))
        .route("/admin/orders/{reference}/payments/{payment}/{what}", post(admin::modify))
        .route_layer(from_fn_with_state(Arc::clone(&till), guard::check));
    let pages = Router::new()
        .route("/", get(shelf::show))
        .route("/basket", get(basket::show).post(basket::change))
        .route("/checkout", post(checkout::place))
        .route("/orders/{page}", get(order::show))
        .route("/orders/{page}/return", get(order::back))
        .route("/orders/{page}/pay", post(checkout::again))
        .route("/orders/{page}/card", get(card::show))
        .route("/orders/{page}/changes", get(watch::changes))
        .merge(merchants)
        .merge(assets::router())
        .fallback(nothing)
        .layer(DefaultBodyLimit::max(FORM_MAX))
        .layer(from_fn(origin::check));
    let webhooks =
        Router::new().route("/webhooks/payhook", post(receive::webhook)).layer(DefaultBodyLimit::max(WEBHOOK_MAX));
    pages.merge(webhooks).layer(from_fn(in_time)).with_state(till)
}

async fn nothing() -> Failure {
    Failure::NotFound
}

async fn in_time(request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(PATIENCE, next.run(request)).await;
    answered.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}
