//! The Checkout API v71 and the hosted payment page: what a payment can go through.
//!
//! - `payment`: one payment, and the rules of what can happen to it.
//! - `acquirer`: what the pretend acquirer answers, and what asks for an answer.
//! - `pay`: a shopper pays. `modify`: a merchant captures, cancels, refunds. `bank`: what others do later.
//! - `offer`: sessions and links. `order`: one amount paid by several payments.
//! - `items`: what is told of it all. `due`: what happens later.
//! - `api`: the merchant's requests. `page`: the shopper's pages.

mod acquirer;
mod api;
pub(crate) mod bank;
mod due;
mod items;
mod modify;
mod offer;
mod order;
mod page;
mod pay;
mod payment;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;

use crate::world::World;

pub(crate) use due::Due;
pub(crate) use modify::{Request, receive};
pub(crate) use pay::{Instrument, Purchase, choose, finish, pay, reconsider};
pub(crate) use payment::{CaptureDelay, Change, ChangeKind, ChangeState, Dispute, Payment, Settings, Shopper, Terms};

/// `/adyen/checkout/v71`.
pub(super) fn router() -> Router<Arc<World>> {
    api::router()
}

/// `/adyen`: the hosted payment page, and the pages it leads to.
pub(super) fn pages() -> Router<Arc<World>> {
    page::router()
}

/// `/reports`: what REPORT_AVAILABLE offers.
pub(super) fn reports() -> Router<Arc<World>> {
    api::reports()
}
