//! The server: accepts, watches over every connection, and drains at the end.
//!
//! * `accept` is the loop; `handler` who answers, `refusals` what is said where nobody does.
//! * `connection` drives one connection through TLS and HTTP; `wire` is its byte stream, `serving` one request.
//! * `watch` keeps time for all of them: one watchman who goes round, instead of a timer per request; `post` is a
//!   connection's place in it.

mod accept;
mod connection;
mod handler;
mod post;
mod refusals;
mod serving;
mod watch;
mod wire;

pub use accept::{Drained, Server};
pub use handler::{Handler, Tower};
pub use refusals::Refusals;
pub use watch::subscriber;
