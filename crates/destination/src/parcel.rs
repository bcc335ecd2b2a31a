//! One delivery, wrapped for the road.

use bytes::Bytes;
use http::HeaderMap;
use payhook_domain::id::{DeliveryId, EventId};
use payhook_domain::time::Timestamp;

/// What a destination is handed for one try.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// The event's id; the `webhook-id` on every try and every replay.
    pub event: EventId,
    /// Which delivery this is; `payhook-delivery`.
    pub delivery: DeliveryId,
    /// The try's number, from 1; `payhook-attempt`.
    pub attempt: u32,
    /// Whether the delivery was made again by a person or a replay; `payhook-replay`.
    pub replay: bool,
    /// Whether it is a test that a person asked for and no event at all; `payhook-test`.
    pub test: bool,
    /// When this try is made: what a signature's timestamp says.
    pub sent_at: Timestamp,
    /// Headers that belong to the content: its type, or the provider's own headers for `format = "original"`.
    pub headers: HeaderMap,
    /// The same bytes on every try.
    pub body: Bytes,
}
