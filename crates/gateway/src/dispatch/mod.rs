//! Dispatch: owed deliveries taken in hand, tried, and settled.
//!
//! Each destination has a desk of its own, so that one that is down or slow holds up nobody else. A desk does one
//! thing, whatever woke it: look for due deliveries and start as many tries as it has free hands. Boot, a bell, a
//! timer and a finished try all lead to the same look; there is no second path.
//!
//! - `desk`: the look, and when to look again.
//! - `gate`: whether a try may begin at all: `breaker`, `rate`, and a person's `pause`. It stands at one place, before
//!   the lease; a delivery already in hand when it shuts is given back.
//! - `attempt`: one try, from the leased row to the destination's word; `tries` says which of them count.
//! - `turn`: what follows when a breaker opens or closes.
//! - `settle`: writes what came of it, for as long as it takes.
//! - `parcel`: wraps an event for the road; `trial` wraps a test that is none.
//! - `replay`: old events owed anew.
//!
//! Order within one payment is the store's: only the head of a payment's lane is due, and the look is the same.

mod attempt;
mod breaker;
mod desk;
pub(crate) mod gate;
mod parcel;
pub(crate) mod pause;
mod rate;
pub(crate) mod replay;
mod settle;
pub(crate) mod trial;
mod tries;
mod turn;

pub(crate) use desk::{Desk, Told};
