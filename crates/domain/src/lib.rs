//! The nouns of payhook, in the order a notification meets them.
//!
//! - [`notification`]: one HTTP request as it was received; what is kept of it.
//! - [`identity`]: what makes two reports of one fact the same fact, whoever carried them.
//! - [`event`]: one fact in a notification, in neutral words and in the provider's own.
//! - [`fact`]: what an event says about a payment.
//! - [`payment`]: what all of them amount to, in any order.
//! - [`kind`]: the closed list of neutral words: what became true.
//! - [`money`]: minor units and a currency; never a float.
//! - [`proof`]: how far what an event says is proved to be its provider's word.
//! - [`verdict`]: why something was refused, set aside, or recognised.
//! - [`route`]: which events go where.
//! - [`delivery`]: one event owed to one destination, and the tries made at it.
//! - [`retry`]: when the next try is due.
//! - [`id`]: the public names of all of these.
//! - [`time`]: the only door to *now*.
//! - [`error`]: the one list of error codes a caller may meet.
//! - [`fault`]: the one list of points at which tests have a process die.
//!
//! This crate does no I/O, starts no task, reads no clock and knows no provider.

pub mod delivery;
pub mod error;
pub mod event;
pub mod fact;
pub mod fault;
pub mod id;
pub mod identity;
pub mod kind;
pub mod money;
pub mod notification;
pub mod payment;
pub mod proof;
pub mod retry;
pub mod route;
pub mod time;
pub mod verdict;
pub mod written;
