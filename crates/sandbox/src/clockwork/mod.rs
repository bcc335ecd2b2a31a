//! The clockwork: lets happen what is due, sends what is to be sent, and waits for the next.
//!
//! - `due`: what can be waited for.
//! - `run`: the loop.

mod due;
mod run;

pub(crate) use due::Due;
pub(crate) use run::{run, work_through};
