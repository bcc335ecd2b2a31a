//! The merchant's requests.
//!
//! - `router`: all paths.
//! - `call`: one request: who asks, what, and whether it was asked before.
//! - `fields`: what a body says, or what it should have said; `currencies`: which there are.
//! - `refusal`: what is answered to a request that is not as it should be.
//! - `sessions`, `links`: what a shopper may pay at the hosted page.
//! - `methods`, `payments`, `instrument`, `details`, `outcome`: payments by the merchant's own page, and how they are
//!   answered.
//! - `modifications`, `orders`: what is done with payments.
//! - `reports`: what is downloaded.

mod call;
mod currencies;
mod details;
mod fields;
mod instrument;
mod links;
mod methods;
mod modifications;
mod orders;
mod outcome;
mod payments;
mod refusal;
mod reports;
mod router;
mod sessions;

pub(super) use instrument::typed;
pub(super) use router::{reports, router};
