//! Payments: what is believed about a payment, folded from the facts that events state about it.
//!
//! - `facts`: the set of facts of one payment, keyed by signed identity, and how it is kept.
//! - `stale`: whether a later word left an event nothing to tell.
//! - `names`: what a payment is found by.
//! - `belief`: what they amount to, as a value that can be shown.
//! - `words`: the closed lists of words in it: statuses, states of parts and disputes, flags.
//! - `snapshot`: the few lines of it that go into every payload.
//! - `fold`: from the one to the other, through `legs` (the payments an order is paid in), `parts` (captures, refunds
//!   and cancels, each by its own reference), `disputes`, and `sums` (totals, and what does not add up).
//!
//! The fold is a pure function of the set: any order, any repetition and any split of the same events give the same
//! payment. Where one value replaces another, the later event date decides, then the provider's reference, then the
//! rung on the subject's ladder, then the event's digest.

mod belief;
mod disputes;
mod facts;
mod fold;
mod legs;
mod names;
mod parts;
mod snapshot;
mod stale;
mod sums;
mod words;

pub use belief::{Dispute, Flagged, Leg, Order, Part, Payment, Stated, Totals};
pub use facts::{Added, Facts};
pub use names::Names;
pub use words::{DisputeStatus, Flag, OrderState, PartState, Status};
