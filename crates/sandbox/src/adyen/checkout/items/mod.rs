//! What is told of a payment: the items, composed from what is kept of it.
//!
//! - `about`: what every item about a payment says.
//! - `authorisation`: the outcome of a payment, and its end.
//! - `change`: what became of a modification.
//! - `dispute`: a dispute's stages, and reports of fraud.

mod about;
mod authorisation;
mod change;
mod dispute;

pub(super) use about::about;
pub(super) use authorisation::{authorisation, expired, raw_reason};
pub(super) use change::{decided, undone};
pub(super) use dispute::{disputed, fraud};
