//! All paths.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::{bank, pay};
use crate::world::World;

/// `/banked`: the pages.
pub(crate) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/pay/{id}", get(pay::page).post(pay::choose))
        .route("/pay/{id}/cancel", post(pay::cancel))
        .route("/bank/{id}", get(bank::page))
        .route("/bank/{id}/account", post(bank::account))
        .route("/bank/{id}/decision", post(bank::decision))
}
