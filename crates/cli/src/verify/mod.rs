//! `payhook verify`: the signature doctor for a captured request.
//!
//! - [`command`]: what it takes, and the order of its work.
//! - [`captured`]: a request out of a file: a body alone, a request with its head, or JSON that this program printed.
//! - [`published`]: the keys that its provider publishes, where one of them is needed.
//! - [`told`]: what the doctor says, on a terminal.

mod captured;
mod command;
mod published;
mod told;

pub(crate) use command::Verify;
pub(crate) use told::told;
