//! Banked's API v2.
//!
//! - `router`: all paths.
//! - `ask`: one request: who asks, under which idempotency key, with what body.
//! - `answer`: one act for one request, and one answer for one idempotency key.
//! - `reply`: what is answered, and the shape of errors.
//! - `fields`: reads a body's fields and takes down every mistake in them.
//! - `order`, `payment_sessions`: what a merchant may ask to be paid, and the sessions made of it.
//! - `refunds`, `webhooks`, `providers`: the other resources.

mod answer;
mod ask;
mod fields;
mod order;
mod payment_sessions;
mod providers;
mod refunds;
mod reply;
mod router;
mod webhooks;

pub(super) use router::router;
