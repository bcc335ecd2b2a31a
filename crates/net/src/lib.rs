//! Sockets: the server that listens, and the guarded client that calls out. Knows nothing of what is carried.
//!
//! In the order a connection meets them:
//!
//! * [`bind`] makes the listening socket; the caller holds it and the stop signal. [`twin`] is a second handle on it, for
//!   a server that takes another's place.
//! * [`Server`] accepts, speaks TLS ([`Tls`]) and HTTP/1.1 or 2, and hands each request to a [`Handler`], within
//!   [`Limits`]. Where it must answer by itself it says what [`Refusals`] give it.
//! * [`read_body`] takes a request's body, bounded in bytes and time, and [`read_body_within`] in the bytes of all that
//!   share a [`BodyBudget`]; [`Body`] is what goes back.
//!
//! * [`Client`] calls out: one [`Target`] per address, pooled connections, every step timed ([`Timings`]) and bounded
//!   ([`ClientLimits`]); a [`Guard`] refuses private addresses, before the first call and on every connect.
//!
//! Not here: routing, request limits per sender, retries with a schedule, redirects (never followed).

mod bind;
mod body;
mod body_budget;
mod client;
mod limits;
mod read_body;
mod server;
mod tls;

pub use bind::{bind, twin};
pub use body::{Body, BoxError};
pub use body_budget::{BodyBudget, BudgetGuard};
pub use client::{
    Answer, Client, ClientError, ClientSettings, Failure, Guard, Outgoing, Refused, Resolve, Resolved, Stage, Step,
    SystemResolver, Target, Timings, is_public,
};
pub use hyper::body::Incoming;
pub use limits::{ClientLimits, Limits};
pub use read_body::{BodyError, read_body, read_body_within};
pub use server::{Drained, Handler, Refusals, Server, Tower, subscriber};
pub use tls::{Leniency, Standing, Tls, TlsError, TlsVersion, Trust, Validity};
