//! What is written when a notification has come.

use std::time::Duration;

use bytes::Bytes;
use payhook_domain::event::Event;
use payhook_domain::id::{EventSeq, NameId};
use payhook_domain::identity::Digest;
use payhook_domain::notification::Notification;
use payhook_domain::payment::Names;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::{Aside, Unverified};

/// One notification and what it says.
#[derive(Debug)]
pub struct Recording {
    /// The request as received.
    pub notification: Notification,
    /// Its provider, by number.
    pub provider: NameId,
    /// From when on it is owed, and waits where it is held: its receipt, unless it is let in later.
    pub owed_at: Timestamp,
    /// Its authentic events, at least one.
    pub events: Vec<RecordEvent>,
}

/// One event and what is to become of it.
#[derive(Debug)]
pub struct RecordEvent {
    /// Its place among the notification's items, from 0.
    pub item: u32,
    /// The event.
    pub event: Event,
    /// What its payment is found by.
    pub names: Names,
    /// Routed or set aside.
    pub disposition: Disposition,
}

/// What is to become of an authentic event that is new.
#[derive(Clone, Debug)]
pub enum Disposition {
    /// Owed to these; to none is fine: it is stored and can be looked up.
    Route(Vec<Wanted>),
    /// Kept and marked.
    Aside {
        /// Why.
        reason: Aside,
        /// One sentence more for operators.
        detail: String,
    },
}

/// One destination that wants an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The destination.
    pub destination: NameId,
    /// Only the first new event of a notification is owed to it (`format = "original"`).
    pub once_per_notification: bool,
    /// Events of one payment wait for each other (`order = "payment"`).
    pub in_order: bool,
    /// A stale event is not delivered (`when_stale = "skip"`).
    pub skips_stale: bool,
    /// How long it is held, so that better news may overtake it; zero for not at all.
    pub hold: Duration,
}

impl Wanted {
    /// Wanted as most are: each event by itself, in order, at once, whatever became of those before.
    #[must_use]
    pub const fn plainly(destination: NameId) -> Self {
        Self { destination, once_per_notification: false, in_order: true, skips_stale: false, hold: Duration::ZERO }
    }

    /// The same, neither held nor skipped.
    #[must_use]
    pub const fn at_once(self) -> Self {
        Self { skips_stale: false, hold: Duration::ZERO, ..self }
    }
}

/// An event that is owed anew.
#[derive(Clone, Debug)]
pub struct Again {
    /// Its row.
    pub event: EventSeq,
    /// To whom.
    pub wanted: Vec<Wanted>,
}

/// A refused request, or a refused item of one.
#[derive(Clone, Debug)]
pub struct Quarantined {
    /// The source it knocked at.
    pub source: NameId,
    /// When.
    pub received_at: Timestamp,
    /// Path and query.
    pub target: String,
    /// Who sent it.
    pub peer: Option<std::net::IpAddr>,
    /// Kept header lines.
    pub headers: Bytes,
    /// The body.
    pub body: Bytes,
    /// Why it was refused.
    pub reason: Unverified,
    /// One sentence more.
    pub detail: String,
    /// The identity it claims.
    pub claimed: Option<Digest>,
}
