//! The real binary, as a user meets it.
//!
//! - `command`: runs it and reads what it said.
//! - `alone`: what needs no running gateway.
//! - `with_gateway`: questions and commands to one.

mod alone;
mod command;
mod with_gateway;
