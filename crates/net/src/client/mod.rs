//! The guarded client: calls out over HTTP/1.1, never to an address it was not allowed.
//!
//! * `address_guard` says which addresses are allowed; `resolver` turns names into addresses; `connector` puts the two
//!   before every connect, and connects to exactly the addresses that were checked.
//! * `target` is an address made ready once; `call` is one exchange with it; `connection` the wire under it, `stream`
//!   its bytes, `pool` those kept for the next call.
//! * `failure` and `timings` say how it went.
//!
//! Not here: redirects (never followed, an answer like any other), cookies, proxies, HTTP/2 (one call at a time per
//! connection is what a delivery needs).

mod address_guard;
mod call;
mod connection;
mod connector;
mod failure;
mod pool;
mod resolver;
mod stream;
mod target;
mod timings;

pub use address_guard::{Guard, Refused, is_public};
pub use call::{Answer, Outgoing};
pub use failure::{ClientError, Failure, Stage, Step};
pub use resolver::{Resolve, Resolved, SystemResolver};
pub use target::{Client, ClientSettings, Target};
pub use timings::Timings;
