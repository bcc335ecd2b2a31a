//! What is told to whom.
//!
//! - `session`: v2, the payment session with the event's name beside its fields.
//! - `refund`: v3, the refund in an envelope.
//! - `tell`: who hears of it.

mod refund;
mod session;
mod tell;

pub(crate) use refund::of_refund;
pub(crate) use session::{View, of_session};
