//! Banked's other end.

mod asking;
mod paying;
mod refunding;
mod stage;
mod webhooks;
