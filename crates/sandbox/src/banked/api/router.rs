//! All paths.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{get, post};

use super::reply::{Refusal, Reply};
use super::{payment_sessions, providers, refunds, webhooks};
use crate::http::{Nowhere, text_alone};
use crate::world::World;

/// `/banked/v2`.
pub(crate) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/payment_sessions", post(payment_sessions::create).get(payment_sessions::list))
        .route("/payment_sessions/{id}", get(payment_sessions::show).delete(payment_sessions::delete))
        .route("/refunds", post(refunds::create))
        .route("/refunds/{id}", get(refunds::show))
        .route("/webhooks", post(webhooks::create).get(webhooks::list))
        .route("/webhooks/{id}", axum::routing::delete(webhooks::delete))
        .route("/providers", get(providers::list))
        .fallback(async || nowhere())
        .method_not_allowed_fallback(not_so)
        .layer(from_fn_with_state(nowhere as Nowhere, text_alone))
}

fn nowhere() -> Response {
    Reply::from(Refusal::not_found("address")).into()
}

async fn not_so() -> Response {
    Reply::from(Refusal::method_not_allowed()).into()
}
