//! The Management API v3: webhooks, their keys, test notifications.

use std::sync::Arc;

use axum::Router;

use crate::world::World;

/// `/adyen/management/v3`.
pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
}
