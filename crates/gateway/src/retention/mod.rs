//! Retention: what is old enough is removed, step by step, below everything else.
//!
//! - `desk`: sweeps now and then, or when a person asks.
//! - `sweep`: the steps, and what they are counted as.
//! - `cutoffs`: before when things go, by source.
//! - `guard`: whether the clock can be believed.
//! - `note`: that a sweep is under way, for the start after a kill.

mod cutoffs;
mod desk;
mod guard;
mod note;
mod sweep;

pub(crate) use cutoffs::cutoffs;
pub(crate) use desk::{Retention, Waits, begin, confirm, may_remove, run};
pub(crate) use sweep::{look, remove};
