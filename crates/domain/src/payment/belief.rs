//! What is believed about a payment.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::words::{DisputeStatus, Flag, OrderState, PartState, Status};
use crate::event::Checks;
use crate::fact::{Capture, Stage};
use crate::id::EventId;
use crate::money::{Amount, Currency};
use crate::time::Timestamp;

/// What is believed about a payment, and which events say so. Made by `Facts::fold` alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Payment {
    /// Where it stands. Disputes do not change it.
    pub status: Status,
    /// Whether nothing more of it can be captured, by a cancel or because it expired.
    pub closed: bool,
    /// The currency it was authorised in, else the first one met; absent when no event names one.
    pub currency: Option<Currency>,
    /// Totals per currency.
    pub totals: BTreeMap<Currency, Totals>,
    /// Who captures: `automatic`, `manual`, or `unset` when nobody configured it.
    #[serde(serialize_with = "capture_word")]
    pub capture: Option<Capture>,
    /// How it was paid, in the provider's word.
    pub method: Option<Stated<String>>,
    /// Address and card-code checks.
    pub checks: Option<Stated<Checks>>,
    /// The merchant's own references, in the order they were used.
    pub references: Vec<Stated<String>>,
    /// The provider's payments it consists of: one, or the legs of an order.
    pub legs: Vec<Leg>,
    /// Captures, by reference.
    pub captures: Vec<Part>,
    /// Refunds, by reference.
    pub refunds: Vec<Part>,
    /// Cancels, by reference.
    pub cancels: Vec<Part>,
    /// Disputes, by reference.
    pub disputes: Vec<Dispute>,
    /// Orders of several payments, by reference.
    pub orders: Vec<Order>,
    /// What does not add up, each at most once.
    pub flags: Vec<Flagged>,
}

/// Sums in one currency, in minor units; never below zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// What was authorised at last. A cancel or an expiry does not lower it.
    pub authorised: i64,
    /// What is captured and did not fail.
    pub captured: i64,
    /// What was given back and did not come back.
    pub refunded: i64,
    /// What is taken by disputes now.
    pub disputed: i64,
}

/// A value, and the event that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stated<T> {
    /// What is said.
    pub value: T,
    /// By which event.
    pub event: EventId,
}

/// One payment at the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Leg {
    /// The provider's reference; empty when no event named it.
    pub reference: String,
    /// Where it stands by itself, without its captures.
    pub status: Status,
    /// What was authorised of it at last.
    pub authorised: Option<Amount>,
    /// The events that say so.
    pub events: Vec<EventId>,
}

/// One capture, refund or cancel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The provider's reference of it; empty when it follows from the payment itself (automatic capture).
    pub reference: String,
    /// How much; for a refund of everything, what it amounted to.
    pub amount: Option<Amount>,
    /// Where it stands.
    pub state: PartState,
    /// The events that say so.
    pub events: Vec<EventId>,
}

/// One dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dispute {
    /// The provider's reference of it.
    pub reference: String,
    /// How far it has come.
    #[serde(serialize_with = "stage_word")]
    pub stage: Option<Stage>,
    /// Where it stands.
    pub status: DisputeStatus,
    /// What it is about, by its latest event that says so; what is taken now is in the totals.
    pub amount: Option<Amount>,
    /// Until when it may be defended.
    pub due_at: Option<Timestamp>,
    /// The events that say so.
    pub events: Vec<EventId>,
}

/// One order paid in several payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Order {
    /// The provider's reference of it.
    pub reference: String,
    /// Where it stands.
    pub state: OrderState,
    /// Its whole amount, where an event says so.
    pub amount: Option<Amount>,
    /// The events that say so.
    pub events: Vec<EventId>,
}

/// Something that does not add up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flagged {
    /// What.
    pub flag: Flag,
    /// The events it is about; none for [`Flag::TooManyFacts`].
    pub events: Vec<EventId>,
}

impl Payment {
    /// Whether this flag is raised.
    #[must_use]
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.iter().any(|flagged| flagged.flag == flag)
    }

    /// The totals in its main currency; all zero when it has none.
    #[must_use]
    pub fn main(&self) -> Totals {
        self.currency.and_then(|currency| self.totals.get(&currency)).copied().unwrap_or_default()
    }
}

#[expect(clippy::ref_option, reason = "the signature serde asks for")]
fn capture_word<S: Serializer>(capture: &Option<Capture>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match capture {
        Some(Capture::Automatic) => "automatic",
        Some(Capture::Manual) => "manual",
        None => "unset",
    })
}

#[expect(clippy::ref_option, reason = "the signature serde asks for")]
fn stage_word<S: Serializer>(stage: &Option<Stage>, serializer: S) -> Result<S::Ok, S::Error> {
    stage.map(Stage::as_str).serialize(serializer)
}
