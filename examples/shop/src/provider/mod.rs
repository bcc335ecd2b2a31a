//! The providers: what they are asked, and the client that asks them.
//!
//! - `adyen`, `banked`: the requests of each, as path and body.
//! - `client`: one HTTP request on a connection of its own.
//! - `providers`: those that are configured, and how each is told who asks.

mod adyen;
mod banked;
mod client;
mod providers;

pub(crate) use client::{CallError, Reply};
pub(crate) use providers::{Asked, Provider, Providers};
