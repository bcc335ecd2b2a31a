//! All paths.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::{hosted, redirect};
use crate::world::World;

/// `/adyen`.
pub(in crate::adyen::checkout) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/pay/{offer}", get(hosted::show).post(hosted::pay))
        .route("/pay/{offer}/cancel", post(hosted::cancel))
        .route("/redirect/{payment}", get(redirect::show).post(redirect::choose))
}
