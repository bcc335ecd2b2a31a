//! Ingest: a request's way from the socket to the answer.
//!
//! - `door`: finds the source, holds the bounds, reads the body.
//! - `readers`: whose requests are still arriving.
//! - `judge`: verifies, parses, decides: bytes to a recording.
//! - `record`: writes it down, and only then says thank you.
//! - `written`: what follows the write, also when the sender has left.
//! - `again`: a second look at what was refused, set aside or in conflict.
//! - `kept`: what is kept of headers and query.
//! - `refusals`: notices when one notification is refused again and again.
//! - `answer`: what the sender hears.

pub(crate) mod again;
mod answer;
mod door;
mod judge;
mod kept;
mod readers;
mod record;
mod refusals;
mod written;

pub(crate) use door::{Door, panic_body};
pub(crate) use judge::{dispose, fill_account};
pub(crate) use readers::Readers;
pub(crate) use record::unavailable_code;
