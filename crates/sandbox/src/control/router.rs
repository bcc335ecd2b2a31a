//! The paths of the sandbox's own API.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::mistake::Mistake;
use super::{accounts, messages, settings, stories, time};
use crate::world::World;

/// `/sandbox/v1`.
pub(crate) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/accounts", get(accounts::show))
        .route("/accounts/{merchant}", get(settings::show).post(settings::change))
        .route("/messages", get(messages::list))
        .route("/messages/{id}", get(messages::show))
        .route("/messages/{id}/retry", post(messages::retry))
        .route("/messages/{id}/ignore", post(messages::ignore))
        .route("/endpoints/{endpoint}/retry", post(messages::retry_all))
        .route("/stories", get(stories::list))
        .route("/stories/{name}", post(stories::tell))
        .route("/runs/{id}", get(stories::show))
        .route("/time", get(time::show).post(time::change))
        .fallback(async || Mistake::not_found("nothing answers at this path"))
        .method_not_allowed_fallback(async || Mistake::method())
}
