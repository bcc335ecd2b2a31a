//! Test notifications: posted now, signed as any other, and what was answered is told.
//!
//! - `asked`: which are asked for.
//! - `items`: what they say.
//! - `run`: posted, several at once.

mod asked;
mod items;
mod run;

pub(super) use run::test;
