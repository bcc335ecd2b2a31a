//! Faults on top of a story: what goes wrong on the way without changing what happened.
//!
//! - `fault`: which there are.
//! - `plan`: the faults of a story, kept in the book, laid on whatever is queued for it.
//! - `weather`: the faults of what belongs to no story.
//! - `lay`: what each does to a message, and which copies it adds.
//! - `copy`: a message's body with one value changed, in each of its formats.
//! - `elsewhere`: somebody else's payment at Banked.

mod copy;
mod elsewhere;
mod fault;
mod lay;
mod plan;
mod weather;

pub use fault::{Fault, NoSuchFault};
pub(crate) use plan::{begin, lay_on};
