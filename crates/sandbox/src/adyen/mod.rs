//! Adyen's other end.
//!
//! - `checkout`: the Checkout API v71 and the hosted payment page; what a payment can go through.
//! - `management`: the Management API v3: webhooks, their keys, test notifications.
//! - `credential`: who may ask either.
//! - `webhook`: one webhook as it is configured.
//! - `notice`: what is told to whom: an item, the settings that shape it, its three formats.
//! - `due`: what happens later.

pub(crate) mod checkout;
mod credential;
mod due;
mod management;
pub(crate) mod notice;
pub(crate) mod webhook;

use std::sync::Arc;

use axum::Router;

use crate::book::{Act, BookError};
use crate::sender::Endpoint;
use crate::world::World;

pub(crate) use due::Due;
#[cfg(test)]
pub(crate) use management::PROPERTIES;

/// `/adyen/checkout/v71`.
pub(crate) fn checkout() -> Router<Arc<World>> {
    checkout::router()
}

/// `/adyen/management/v3`.
pub(crate) fn management() -> Router<Arc<World>> {
    management::router()
}

/// `/adyen`: what a shopper sees.
pub(crate) fn pages() -> Router<Arc<World>> {
    checkout::pages()
}

/// `/reports`.
pub(crate) fn reports() -> Router<Arc<World>> {
    checkout::reports()
}

/// The key that a webhook's present one has replaced.
pub(crate) fn replaced_key(act: &Act<'_>, webhook: &str) -> Result<Option<String>, BookError> {
    webhook::replaced_key(act, webhook)
}

/// Shows at a webhook whether its endpoint took what it was last sent.
pub(crate) fn report(act: &Act<'_>, webhook: &str, accepted: bool) -> Result<(), BookError> {
    webhook::report(act, webhook, accepted)
}

/// Where the notifications of a webhook go, as of now.
pub(crate) fn endpoint(act: &Act<'_>, webhook: &str) -> Result<Option<Endpoint>, BookError> {
    webhook::endpoint(act, webhook)
}
