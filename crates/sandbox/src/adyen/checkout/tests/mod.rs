//! What a merchant, a shopper and a bank meet: a running sandbox, asked over HTTP, and a merchant's endpoint that listens.
//!
//! - `stage`: both of them.
//! - `asking`: keys, accounts, mistakes, the same request again.
//! - `paying`, `checks`: what cards come to, and what is told of them.
//! - `hosted`: the shopper's pages.
//! - `modifying`: captures, cancels, refunds.
//! - `banks`: what happens later.
//! - `parts`: links and orders.
//! - `kept`: a kill in between.
//! - `believed`: any sequence of events, as the machine has it and as a receiver believes it.

mod asking;
mod banks;
mod believed;
mod checks;
mod hosted;
mod kept;
mod modifying;
mod parts;
mod paying;
mod stage;
