//! A shopper pays.
//!
//! - `purchase`: what is to be paid, and by what.
//! - `start`: the payment begins: at once at the acquirer, or at a page that the shopper is sent to.
//! - `page`: what the shopper chose there, and what came of it.
//! - `reconsider`: a method that said no says yes after all.
//! - `settle`: the outcome, what it lets happen, and who is told.

mod page;
mod purchase;
mod reconsider;
mod settle;
mod start;

pub(crate) use page::{abandon, choose, finish};
pub(crate) use purchase::{Address, Authenticate, CardGiven, Instrument, Purchase, REDIRECTS};
pub(crate) use reconsider::reconsider;
pub(crate) use settle::{AUTHORISED_FOR, outcome};
pub(crate) use start::pay;
