//! Replays: old events owed anew, oldest first, at a bounded rate, as a task beside the desks.
//!
//! - `asked`: which events, and to whom: as asked for, and what it means.
//! - `aim`: to whom one event goes.
//! - `job`: a replay under way, as it is kept.
//! - `walk`: the events of a job, oldest first.
//! - `run`: does one, batch by batch.
//! - `desk`: begins, goes on with, shows and cancels them.
//! - `preview`: what one would do.
//!
//! Each batch makes its deliveries and moves the job's place in one transaction, so a replay that is killed goes on
//! behind its last batch: nothing is left out and nothing made twice. Old deliveries stay as they are.

mod aim;
mod asked;
mod desk;
mod job;
mod preview;
mod run;
mod walk;

pub(crate) use asked::{Asked, Mistake};
pub(crate) use desk::{NotBegun, Replays, begin, cancel, find, list, resume};
pub(crate) use job::{Job, ReplayId};
pub(crate) use preview::{Shown, preview};
pub(crate) use walk::NotFound;
