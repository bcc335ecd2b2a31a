//! Payments at both providers: what happened to each, what was told of it, and what a bank may do to it now.
//!
//! - `list`: the newest of both.
//! - `adyen`, `banked`: one of each, and its bank's side. `verbs`: what a bank can do to a payment at Adyen.
//! - `told`: the notifications about one.

mod adyen;
mod banked;
mod list;
mod told;
mod verbs;

pub(super) use adyen::{happen as adyen_happen, show as adyen};
pub(super) use banked::{happen as banked_happen, refund as banked_refund, show as banked};
pub(super) use list::list;

/// Where they are.
const PLACE: &str = "payments";
