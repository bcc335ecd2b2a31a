//! What the store keeps as bytes: facts, and what an event says beside what it is found by.
//!
//! Each layout has a version; a release reads all that came before its own.

mod event;
mod fact;
mod pieces;

pub use event::Said;
pub(crate) use pieces::{read_length, take, write_length};
