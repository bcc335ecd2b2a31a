//! What is handed out to be delivered.

use bytes::Bytes;
use payhook_domain::id::{DeliveryId, EventId};
use payhook_domain::time::Timestamp;

use crate::query::StoredEvent;

/// The answer to a look for work.
#[derive(Debug, Default)]
pub struct Lease {
    /// Due deliveries, the longest due first.
    pub due: Vec<Leased>,
    /// Whether more was due than the limit allowed.
    pub more: bool,
    /// When the next one not yet due becomes so.
    pub next_due: Option<Timestamp>,
}

/// One delivery in hand. The lease only saves double work; correctness does not rest on it.
#[derive(Debug)]
pub struct Leased {
    /// Which.
    pub id: DeliveryId,
    /// The number of the try to be made, from 1.
    pub attempt: u32,
    /// When the delivery was made: with the generation, whether it is a replay.
    pub created_at: Timestamp,
    /// The event as committed.
    pub event: StoredEvent,
    /// The events that died before it in its lane, the earliest first.
    pub missed: Vec<EventId>,
    /// The notification's kept header lines.
    pub headers: Bytes,
    /// The notification's body.
    pub body: Bytes,
}
