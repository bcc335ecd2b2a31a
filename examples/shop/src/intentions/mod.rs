//! Intentions: what the shop wants of a provider, written down before it is asked.
//!
//! A kill between writing and asking loses nothing, since whatever is open is taken up at the next start; a kill between
//! asking and hearing doubles nothing, since it is asked again with the same idempotency key and the same bytes.
//!
//! - `kind`: what can be wanted, and how far it has come.
//! - `room`: how much of a payment can still be captured, refunded or cancelled.
//! - `begin`: writing one down, in the act that decides it.
//! - `carry`: carrying out whatever is open, and the only place that asks a provider.
//! - `ending`: what an answer means, and when to ask again.

mod begin;
mod carry;
mod ending;
mod kind;
mod room;

pub(crate) use begin::{modify, session};
pub(crate) use carry::{answered, run};
pub(crate) use kind::{Kind, State};
pub(crate) use room::{Room, room};
