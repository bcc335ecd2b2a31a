//! The sandbox's own API, which no provider has: the log of what was sent, time, and the accounts. It asks nobody who they
//! are: a sandbox listens on loopback.
//!
//! - `router`: its paths.
//! - `messages`: the log, and what a person does with one entry.
//! - `stories`: which there are, one told, and how far it has come.
//! - `time`: what time it is, and how fast it goes.
//! - `accounts`: who may ask the providers' APIs, and how.
//! - `settings`: what a merchant account has chosen.
//! - `mistake`: what is answered when it does not work.

mod accounts;
mod messages;
mod mistake;
mod router;
mod settings;
mod stories;
mod time;

pub(crate) use router::router;
