//! All paths.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};

use super::banner::banner;
use super::guard::guard_programs;
use crate::world::World;
use crate::{adyen, banked, control, pages};

/// Largest request body, in bytes.
pub(crate) const BODY_BYTES_MAX: usize = 1 << 20;

/// Everything the sandbox answers.
pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new()
        .merge(pages::router(Arc::clone(&world)))
        .nest("/adyen/checkout/v71", adyen::checkout())
        .nest("/adyen/management/v3", adyen::management())
        .nest("/reports", adyen::reports())
        .nest("/banked/v2", banked::api())
        .nest("/sandbox/v1", control::router().layer(from_fn_with_state(Arc::clone(&world), guard_programs)))
        .fallback(pages::nowhere)
        .method_not_allowed_fallback(pages::no_such_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(map_response(banner))
        .with_state(world)
}
