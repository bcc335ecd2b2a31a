//! Banked's webhooks: where they lead, what they hear of, and their key.
//!
//! - `browse`: the list, one of them, and the form for a new one.
//! - `change`: made, changed, deleted. `written`: what the form says of one.
//! - `view`: one as its pages show it. `test`: a test notification.

mod browse;
mod change;
mod test;
mod view;
mod written;

pub(super) use browse::{begin, list, show};
pub(super) use change::{change, create, delete};
pub(super) use test::test;

use super::trouble::Trouble;
use crate::banked::webhook::Webhook;
use crate::book::Act;

/// Where they are.
const PLACE: &str = "banked";
/// The path of all of them.
const PATH: &str = "/area/banked/webhooks";

/// The one of this id.
fn find(act: &Act<'_>, id: &str) -> Result<Webhook, Trouble> {
    act.find(id)?.ok_or(Trouble::Missing("There is no such webhook at Banked's side"))
}
