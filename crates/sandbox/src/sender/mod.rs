//! Sends notifications as their provider does.
//!
//! - `endpoint`: where a notification goes, and the key it is signed with now.
//! - `attempt`: one try, signed and sent.
//! - `ladder`: what an answer means, and when the next try is due.
//! - `flight`: all that are on their way, one of each lane at most.

mod attempt;
mod endpoint;
mod flight;
mod ladder;

pub(crate) use endpoint::Endpoint;
pub(crate) use flight::Flight;
