//! The pages.

use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::world::World;
use crate::{adyen, banked};

/// Every page: those a shopper sees at either provider, and what they share.
pub(crate) fn router() -> Router<Arc<World>> {
    Router::new().route("/sandbox.css", get(stylesheet)).nest("/adyen", adyen::pages()).nest("/banked", banked::pages())
}

async fn stylesheet() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "max-age=60")];
    (headers, include_str!("assets/sandbox.css"))
}
