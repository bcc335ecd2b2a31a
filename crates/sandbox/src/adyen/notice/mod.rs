//! What is told to whom.
//!
//! - `item`: one notification item, with everything that could be said.
//! - `shape`: the item as a webhook's settings let it out, in the webhook's format.
//! - `tell`: who hears of it.

mod item;
mod shape;
mod tell;

pub(crate) use item::{Amount, Detail, Item};
pub(crate) use shape::content;
pub(crate) use tell::{ONLY_WHEN_NAMED, queue, tell};
