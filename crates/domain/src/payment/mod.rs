//! Payments: what is believed about a payment, folded from the facts that events state about it.
//!
//! - `facts`: the set of facts of one payment, keyed by signed identity, and how it is kept.
//! - `names`: what a payment is found by.
//! - `belief`: what they amount to.

mod belief;
mod facts;
mod names;

pub use belief::{Payment, Status};
pub use facts::{Added, Facts};
pub use names::Names;
