//! Sends notifications as their provider does.
//!
//! - `endpoint`: where a notification goes, and the key it is signed with now.
//! - `attempt`: one try, signed and sent.
//! - `ladder`: what an answer means, and when the next try is due.
//! - `flight`: all that are on their way, one of each lane at most.
//! - `at_once`: something sent once, past every queue.
//! - `by_hand`: what a person does with one.

mod at_once;
mod attempt;
mod by_hand;
mod endpoint;
mod flight;
mod ladder;

pub(crate) use at_once::at_once;
pub(crate) use by_hand::{ignore, retry};
pub(crate) use endpoint::Endpoint;
pub(crate) use flight::Flight;
