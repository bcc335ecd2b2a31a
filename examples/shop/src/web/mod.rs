//! What is answered over HTTP.
//!
//! - `router`: every address, and what holds for all of them.
//! - `shelf`, `basket`, `checkout`, `order`, `card`: the buyer's way.
//! - `admin`: the merchant's pages; `guard` says who gets in.
//! - `watch`: an order's page hears that something changed.
//! - `page`, `assets`, `failure`: templates, files, and what a failure looks like.
//! - `origin`: forms are taken from the shop's own pages alone.

mod admin;
mod assets;
mod basket;
mod card;
mod checkout;
mod failure;
mod guard;
mod order;
mod origin;
mod page;
mod router;
mod shelf;
mod watch;

pub(crate) use router::router;
