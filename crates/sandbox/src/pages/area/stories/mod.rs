//! Stories: one is chosen, told, and watched.
//!
//! - `choose`: the form, and what was told before. `begin`: what the form says, and the telling it begins.
//! - `run`: one telling, and its notifications.

mod begin;
mod choose;
mod run;

pub(super) use begin::begin;
pub(super) use choose::choose;
pub(super) use run::run;

/// Where they are.
const PLACE: &str = "stories";
/// The path of all of them.
const PATH: &str = "/area/stories";
