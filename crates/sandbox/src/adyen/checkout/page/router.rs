//! All paths.

use std::sync::Arc;

use axum::Router;

use crate::world::World;

/// `/adyen`.
pub(in crate::adyen::checkout) fn router() -> Router<Arc<World>> {
    Router::new()
}
