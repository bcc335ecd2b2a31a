//! One thing that happens in a story, and how long after the one before.

use std::time::Duration;

use super::{adyen, banked};

/// A scene.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) wait: Wait,
    pub(super) verb: Verb,
}

/// What happens.
#[derive(Clone, Copy, Debug)]
pub(super) enum Verb {
    Adyen(adyen::Verb),
    Banked(banked::Verb),
    /// Nobody does anything; what happens, time brings.
    Nothing,
}

/// How long before a scene: between these, the seed says what exactly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    pub(super) least: Duration,
    pub(super) most: Duration,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl Wait {
    const fn seconds(least: u64, most: u64) -> Self {
        Self { least: Duration::from_secs(least), most: Duration::from_secs(most) }
    }
}

/// The first scene waits for nothing.
pub(super) const AT_ONCE: Wait = Wait::seconds(0, 0);
/// A machine goes on.
pub(super) const SOON: Wait = Wait::seconds(5, 12);
/// A person goes on. Longer than any modification takes to be decided.
pub(super) const THEN: Wait = Wait::seconds(30, 2 * MINUTE);
/// A shopper had enough of it, and tries again.
pub(super) const LATER: Wait = Wait::seconds(3 * MINUTE, 40 * MINUTE);
/// Banks take days.
pub(super) const DAYS_LATER: Wait = Wait::seconds(DAY, 4 * DAY);
/// A card holder reads the statement.
pub(super) const WEEKS_LATER: Wait = Wait::seconds(14 * DAY, 30 * DAY);
/// Longer than a shopper may stay at another page, which is half a day.
pub(super) const AFTER_HALF_A_DAY: Wait = Wait::seconds(13 * HOUR, 14 * HOUR);
/// Longer than a merchant may defend, which is 18 days.
pub(super) const AFTER_THE_DEFENCE: Wait = Wait::seconds(19 * DAY, 20 * DAY);
/// Longer than an authorisation is good for, which is 28 days.
pub(super) const AFTER_THE_EXPIRY: Wait = Wait::seconds(29 * DAY, 30 * DAY);
