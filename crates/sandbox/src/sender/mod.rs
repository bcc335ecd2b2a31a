//! Sends notifications as their provider does.
//!
//! - `endpoint`: where a notification goes, in what manner, the key it is signed with now, and whether it fails.
//! - `secured`: what counts when it is called over TLS.
//! - `treatment`: how a notification is sent when not in the usual way.
//! - `attempt`: one try, signed and sent.
//! - `ladder`: what an answer means, and when the next try is due.
//! - `settle`: what becomes of a notification after a try.
//! - `flight`: all that are on their way, one of each lane at most.
//! - `at_once`: something sent once, past every queue.
//! - `by_hand`: what a person does with one.
//! - `faults`: what goes wrong on the way.

mod at_once;
mod attempt;
mod by_hand;
mod endpoint;
pub(crate) mod faults;
mod flight;
mod ladder;
mod secured;
mod settle;
#[cfg(test)]
mod tests;
mod treatment;

pub(crate) use at_once::at_once;
pub(crate) use attempt::make;
pub(crate) use by_hand::{ignore, retry, retry_all};
pub(crate) use endpoint::Endpoint;
pub use faults::{Fault, NoSuchFault};
pub(crate) use flight::Flight;
pub(crate) use ladder::is_accepted;
pub(crate) use secured::Secured;
pub(crate) use treatment::Treatment;
