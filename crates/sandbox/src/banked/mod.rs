//! Banked's other end.
//!
//! - `webhook`: one webhook as it is configured.
//! - `due`: what happens later.

mod due;
pub(crate) mod webhook;

use std::sync::Arc;

use axum::Router;

use crate::book::{Act, BookError};
use crate::sender::Endpoint;
use crate::world::World;

pub(crate) use due::Due;

/// `/banked/v2`.
pub(crate) fn api() -> Router<Arc<World>> {
    Router::new()
}

/// `/banked`: what a shopper sees.
pub(crate) fn pages() -> Router<Arc<World>> {
    Router::new()
}

/// Where the notifications of a webhook go, as of now.
pub(crate) fn endpoint(act: &Act<'_>, webhook: &str) -> Result<Option<Endpoint>, BookError> {
    webhook::endpoint(act, webhook)
}
