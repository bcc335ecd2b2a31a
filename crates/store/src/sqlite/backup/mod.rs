//! Copies of the file while it is written, and questions to such a copy.
//!
//! - `run`: from an order to a copy that is whole, verified and under its name.
//! - `copy`: the pages, in steps, as of one moment.
//! - `unfinished`: the file under its other name, until it is whole.
//! - `verify`: the copy read back.
//! - `mark`: what tells a copy from a store, and keeps a log that is not its own away from it.
//! - `room`: what there is on the disks, and what must stay.
//! - `archive`: a file asked for its events, without a store around it.

mod archive;
mod copy;
mod mark;
mod room;
mod run;
mod unfinished;
mod verify;

pub use archive::Archive;
pub(in crate::sqlite) use mark::{is_marked, put_in_place};
pub(crate) use run::run;
pub(in crate::sqlite) use run::{before_migration, path_before};
