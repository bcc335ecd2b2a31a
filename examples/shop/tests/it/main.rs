//! The shop as a program: its real binary, a real HTTP server in the provider's place, webhooks signed as payhook signs them.
//!
//! - `buying`: from the shelf to the provider's page.
//! - `receiving`: what webhooks do to an order, whoever sends them, in whatever order.
//! - `merchant`: captures, cancels and refunds, and who may ask for them.
//! - `crash`: SIGKILL at random moments.
//! - `program`, `provider`, `webhook`, `browser`: the shop's process, the other end, and who speaks to it.

#![allow(clippy::disallowed_methods, reason = "tests run on the real clock")]

mod browser;
mod buying;
mod crash;
mod merchant;
mod program;
mod provider;
mod receiving;
mod webhook;
