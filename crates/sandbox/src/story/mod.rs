//! Stories: named sequences of what a shopper, a merchant and a bank do, told through the sandbox's own state machines. A
//! seed decides amounts, cards and how long everything takes.
//!
//! - `catalogue`: every story. `scene`: one thing that happens, and how long after the one before.
//! - `adyen`, `banked`: the stories of each provider, and what happens in their scenes.
//! - `run`: one telling of a story, kept in the book; `luck`: what its seed decides.
//! - `tell`: begins a telling. `due`: its next scene. `halt`: why it cannot go on. `progress`: how far it has come.
//! - `script`: everything that a story has its merchant told, without anybody to tell it to.

mod adyen;
mod banked;
mod catalogue;
mod due;
mod halt;
mod luck;
mod progress;
mod run;
mod scene;
mod script;
mod tell;
#[cfg(test)]
mod tests;

pub use catalogue::{Story, stories, story};
pub(crate) use due::Due;
pub(crate) use progress::{Progress, newest};
pub use script::{Line, script};
pub(crate) use tell::tell;
pub use tell::{Begun, TellError, Wanted};
