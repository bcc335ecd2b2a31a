//! Banked's other end.
//!
//! - `api`: the API v2: payment sessions, refunds, webhooks, providers.
//! - `pages`: what a payer sees: the choice of a bank, and the bank's own page.
//! - `session`, `refund`, `webhook`: what is kept of each; `gone`: what was deleted.
//! - `bank`: what happens on the bank's side, one verb each; `mock`: the banks, and what they make of an account.
//! - `merchant`: what a merchant asks for; `payer`: what a payer does, step by step.
//! - `course`: how long things take, and the course they take by themselves; `due`: what happens later.
//! - `notice`: what is told to whom.
//! - `date`, `money`: how Banked writes a moment and an amount.

mod api;
pub(crate) mod bank;
mod course;
mod date;
mod due;
mod gone;
pub(crate) mod merchant;
pub(crate) mod mock;
mod money;
mod notice;
mod pages;
pub(crate) mod payer;
#[cfg(test)]
mod properties;
pub(crate) mod refund;
pub(crate) mod session;
#[cfg(test)]
mod stage;
pub(crate) mod webhook;

use std::sync::Arc;

use axum::Router;

use crate::book::{Act, BookError};
use crate::sender::Endpoint;
use crate::world::World;

pub(crate) use due::Due;

/// `/banked/v2`.
pub(crate) fn api() -> Router<Arc<World>> {
    api::router()
}

/// `/banked`: what a payer sees.
pub(crate) fn pages() -> Router<Arc<World>> {
    pages::router()
}

/// The key that a webhook's present one has replaced.
pub(crate) fn replaced_key(act: &Act<'_>, webhook: &str) -> Result<Option<String>, BookError> {
    webhook::replaced_key(act, webhook)
}

/// Where the notifications of a webhook go, as of now.
pub(crate) fn endpoint(act: &Act<'_>, webhook: &str) -> Result<Option<Endpoint>, BookError> {
    webhook::endpoint(act, webhook)
}
