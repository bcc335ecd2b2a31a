//! A small shop that sells kites: what the merchant's side of payhook looks like. It speaks HTTP and nothing else.
//!
//! In the order an order meets it:
//!
//! - `catalogue`, `basket`: what is sold, and what somebody is about to buy.
//! - `web`: the pages, those of the buyer and those of the merchant (`web::admin`).
//! - `book`: the shop's SQLite file. An order is committed *before* a provider is asked for anything.
//! - `intentions`: what the shop wants of a provider (a session, a capture, a refund), written down first, carried out
//!   under one idempotency key however often the shop is killed in between.
//! - `provider`: what Adyen and Banked are asked, and the client that asks them.
//! - `receive`: **the receiving end**: a webhook from payhook, verified and applied once. This is the file to copy, with
//!   `signature` beside it.
//! - `shopper`: somebody who buys by himself, for demonstrations and tests.
//! - `standing`: what the payments of an order amount to.

mod basket;
mod book;
mod catalogue;
mod clock;
mod intentions;
mod money;
mod provider;
mod receive;
mod settings;
mod shop;
pub mod shopper;
mod signature;
mod standing;
mod token;
mod web;

pub use book::{BookError, Order};
pub use settings::{Adyen, Banked, Mistake, Settings};
pub use shop::{OpenError, Shop};
pub use standing::Standing;
