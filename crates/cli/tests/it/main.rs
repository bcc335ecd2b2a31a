//! The real binary, as a user meets it.
//!
//! - `command`: runs it and reads what it said.
//! - `alone`: what needs no running gateway.
//! - `routes`: what would become of an event.
//! - `stories`: whole stories, triggered.
//! - `verify`: why a captured notification does not verify.
//! - `with_gateway`: questions and commands to one.

mod alone;
mod command;
mod routes;
mod stories;
mod verify;
mod with_gateway;
