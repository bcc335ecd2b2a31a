//! The Checkout API v71 and the hosted payment page.

use std::sync::Arc;

use axum::Router;

use crate::world::World;

/// `/adyen/checkout/v71`.
pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
}

/// `/adyen`: the hosted payment page, and the pages it leads to.
pub(super) fn pages() -> Router<Arc<World>> {
    Router::new()
}
