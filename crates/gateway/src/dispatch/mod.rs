//! Dispatch: owed deliveries taken in hand, tried, and settled.
//!
//! Each destination has a desk of its own, so that one that is down or slow holds up nobody else. A desk does one
//! thing, whatever woke it: look for due deliveries and start as many tries as it has free hands. Boot, a bell, a
//! timer and a finished try all lead to the same look; there is no second path.
//!
//! - `desk`: the look, and when to look again.
//! - `attempt`: one try, from the leased row to the destination's word.
//! - `settle`: writes what came of it, for as long as it takes.
//! - `parcel`: wraps an event for the road.
//!
//! Order within one payment comes with payments: then only the head of a payment's lane is due, and the look stays the
//! same.

mod attempt;
mod desk;
mod parcel;
mod settle;

pub(crate) use desk::Desk;
