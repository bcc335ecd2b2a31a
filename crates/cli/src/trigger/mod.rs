//! `payhook trigger`: signs and sends what a provider would.
//!
//! - `command`: what it takes, and the order of its work.
//! - `script`: what is told in a round: events about one payment, or a story.
//! - `plan`: which notification is sent at which place of the sequence.
//! - `compose`: one notification, signed, and with the faults asked for.
//! - `aim`: where it goes, and the key it is signed with.
//! - `send`: sends the plan and tells the answers.
//! - `catalogue`: what can be triggered.

mod aim;
mod catalogue;
mod command;
mod compose;
mod plan;
mod script;
mod send;

use command::Faults;
pub(crate) use command::Trigger;
