//! The server: accepts, watches over every connection, and drains at the end.
//!
//! * `accept` is the loop; `admission` the word said to those beyond the cap.
//! * `connection` drives one connection through TLS and HTTP; `wire` is its byte stream, `serving` one request.
//! * `watch` keeps time for all of them: one watchman who goes round, instead of a timer per request.

mod accept;
mod connection;
mod handler;
mod refusals;
mod serving;
mod watch;
mod wire;

pub use accept::{Drained, Server};
pub use handler::{Handler, Tower};
pub use refusals::Refusals;
