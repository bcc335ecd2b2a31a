//! The pages.

use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use super::area;
use crate::world::World;
use crate::{adyen, banked};

/// Every page: the customer area, those a shopper sees at either provider, and what they share.
pub(crate) fn router(world: Arc<World>) -> Router<Arc<World>> {
    Router::new()
        .merge(area::router(world))
        .route("/sandbox.css", get(stylesheet))
        .route("/live.js", get(script))
        .nest("/adyen", adyen::pages())
        .nest("/banked", banked::pages())
}

async fn stylesheet() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "max-age=60")];
    (headers, include_str!("assets/sandbox.css"))
}

async fn script() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "max-age=60")];
    (headers, include_str!("assets/live.js"))
}
