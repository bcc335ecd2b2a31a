//! Backups: copies of the store made while it runs, asked for over the API or due by the configuration.
//!
//! - `desk`: begins one, shows and stops them. One at a time: each reads the whole store.
//! - `job`: one of them, under way or over.
//! - `make`: a copy with the envelope key beside it, for whoever has the files: the gateway, or the command line alone.
//! - `key_copy`: what becomes of the key beside it.
//! - `note`: that one is under way, for the start after a kill.
//! - `schedule`: makes them every so often and keeps the last ones.
//! - `folder`: the backups in a folder, by the times in their names.
//! - [`missing`]: what a store has that a file has not.

mod desk;
mod folder;
mod job;
mod key_copy;
mod make;
pub mod missing;
mod note;
mod schedule;

pub(crate) use desk::{Asked, Backups, NotBegun, begin, cancel, find, list, stop};
pub(crate) use folder::Shelf;
pub(crate) use job::{BackupId, Job, Stage};
pub use make::{Made, NotMade, alone, view};
pub(crate) use note::tell_of_unfinished;
pub use payhook_store::{BackupProgress, Shape, inspect};
pub(crate) use schedule::{run as keep_making, shelf};
