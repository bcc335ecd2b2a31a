//! What is told to whom.
//!
//! - `item`: one notification item, with everything that could be said.
//! - `decimal`: an amount as people write it.
//! - `shape`: the item as a webhook's settings let it out, in the webhook's format.
//! - `tell`: who hears of it.
//! - `typed`: what has a `type` in place of an event code, and who hears of that.

mod decimal;
mod item;
mod shape;
mod tell;
mod typed;

pub(crate) use item::{Amount, Item};
pub(crate) use shape::{content, date};
pub(crate) use tell::{ONLY_WHEN_NAMED, tell};
pub(crate) use typed::{TOKEN_WEBHOOK, tell_typed};
