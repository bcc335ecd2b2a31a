//! SQLite behind the seam: one writer thread, a few reading ones, one file.
//!
//! The way of a job: [`store`] puts it into the [`queue`]; the [`writer`] takes whoever waits as one [`batch`], runs each in its room
//! ([`recording`], [`owing`], [`retention`]) inside one transaction, commits with one fsync, and [`handback`] wakes those who wait. Refused
//! requests wait in the same [`queue`], at most at their [`rate`]. Questions go to the [`readers`], which run [`queries`].
//!
//! Beside the way: [`mod@file`] is what all of them write to, [`index`] how a digest is found in it, [`backup`] how it is copied. [`rows`],
//! [`names`], [`memos`], [`notes`] and [`tally`] are what several rooms share.

mod backup;
mod batch;
mod file;
mod handback;
mod index;
mod memos;
mod names;
mod notes;
mod owing;
mod queries;
mod queue;
mod rate;
mod readers;
mod recording;
mod retention;
mod rows;
mod store;
mod tally;
mod writer;

pub use backup::Archive;
pub(crate) use backup::run as copy;
pub use file::connect::folder_of;
pub(crate) use file::disk::free_beside;
pub use file::real_path::{real_or_as_given, real_path};
pub(crate) use file::schema::inspect;
pub(crate) use store::open;
