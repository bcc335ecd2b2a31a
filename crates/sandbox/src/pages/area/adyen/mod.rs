//! Adyen's webhooks: their settings, keys and test notifications.
//!
//! - `browse`: the list, one of them, and the form for a new one.
//! - `change`: made, changed, deleted. `written`: what the form says of one.
//! - `view`: one as its page shows it. `choices`: what its form offers.
//! - `key`: a new key, shown once. `test`: a test notification.

mod browse;
mod change;
mod choices;
mod key;
mod test;
mod view;
mod written;

pub(super) use browse::{begin, list, show};
pub(super) use change::{change, create, delete};
pub(super) use key::{generate, reveal};
pub(super) use test::test;

use super::trouble::Trouble;
use crate::adyen::webhook::Webhook;
use crate::book::Act;

/// Where they are.
const PLACE: &str = "adyen";
/// The path of all of them.
const PATH: &str = "/area/adyen/webhooks";

/// The one of this id.
fn find(act: &Act<'_>, id: &str) -> Result<Webhook, Trouble> {
    act.find(id)?.ok_or(Trouble::Missing("There is no such webhook at Adyen's side"))
}
