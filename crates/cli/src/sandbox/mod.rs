//! `payhook sandbox`: the pretend provider alone, until it is told to stop.
//!
//! - `command`: what can be typed, and the sandbox it starts.
//! - `pace`: how fast its time goes by, as it is typed.
//! - `greeting`: where it is, what it lets in, and what to do next.

mod command;
mod greeting;
mod pace;

pub(crate) use command::Sandbox;
