//! SQLite behind the seam: one writer thread, a few reading ones, one file.
//!
//! The way of a job: [`store`] puts it into the [`queue`]; the [`writer`] takes whoever waits as one [`batch`], runs
//! each in its room ([`record`] with [`debts`], [`settle`], [`decide`], [`quarantine`], [`names`]) inside one transaction,
//! commits with one fsync, and [`handback`] wakes those who wait; [`checkpoint`] moves the log into the database beside it,
//! and [`trust`] says when that must be done again. [`lease`] lives on the same thread, in memory. Refused requests wait in the same [`queue`], at most at their [`rate`].
//! Questions go to the [`readers`], which run [`queries`]. [`backup`] copies the file beside all of them; [`real_path`]
//! says where that is.

mod again;
mod aliases;
mod backup;
mod batch;
mod books;
mod checkpoint;
mod condition;
mod connect;
mod debts;
mod decide;
mod disk;
mod entries;
mod fault;
mod filter;
mod floor;
mod handback;
mod holds;
mod identities;
mod lanes;
mod lease;
mod leasing;
mod memos;
mod names;
mod notes;
mod owe;
mod parts;
mod quarantine;
mod queries;
mod queue;
mod rate;
mod readers;
mod real_path;
mod rebuild;
mod record;
mod retention;
mod rows;
mod run;
mod runs;
mod schema;
mod segments;
mod settle;
mod store;
mod tails;
mod tally;
mod trust;
mod whole;
mod writer;

pub use backup::Archive;
pub(crate) use backup::run as copy;
pub(crate) use disk::free_beside;
pub use real_path::{real_or_as_given, real_path};
pub(crate) use schema::inspect;
pub(crate) use store::open;
