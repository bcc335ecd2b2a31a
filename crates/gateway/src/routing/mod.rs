//! Routing: which destinations want an event, and under which conditions.
//!
//! Pure: nothing here waits, reads a clock or writes.
//!
//! - `wanted`: every destination of every fitting route, each once, however many routes fit.
//! - `fits`: which routes' sources and patterns fit, looked up rather than matched.
//! - `when`: one condition, compiled once. `scan` bounds its text before the parser sees it, `bounds` what was read
//!   before the interpreter does; `alike`: what is never equal, `vocabulary`: words that there are not.
//! - `subject`: the event as a condition sees it.
//! - `failed`: a condition that failed on an event counts as fitting, and somebody is told.

mod alike;
mod bounds;
mod failed;
mod fits;
mod scan;
mod subject;
mod vocabulary;
mod wanted;
mod when;

pub(crate) use failed::{LastTold, WhenFailed, tell};
pub(crate) use fits::Fits;
pub(crate) use wanted::{Because, judge_each, wanted, wanted_alert, wanted_through};
pub use when::When;
pub(crate) use when::Wrong;

#[cfg(test)]
mod suite;
