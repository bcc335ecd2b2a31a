//! A test event, straight to a destination through the door that deliveries take: not stored, not tried again, not held
//! up by pause, rest or rate, and counted by nobody.
//!
//! It must not look like money. It says `payhook.test`, which no event does, names no payment and no amount, and carries
//! `payhook-test: true`, whatever the destination's format is.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use payhook_destination::{Parcel, Report};
use payhook_domain::id::{DeliveryId, EventId, EventSeq};
use payhook_domain::identity::Digest;
use payhook_domain::time::Timestamp;
use serde_json::json;

use crate::gateway::Gateway;
use crate::plan::Target;

/// The event's kind.
pub(crate) const KIND: &str = "payhook.test";

/// What came of a test.
pub(crate) struct Trial {
    /// The `webhook-id` it was sent under.
    pub(crate) event: EventId,
    /// What the destination said.
    pub(crate) report: Report,
    /// When it was sent.
    pub(crate) sent_at: Timestamp,
    /// When that was over.
    pub(crate) over_at: Timestamp,
}

/// Sends one.
pub(crate) async fn send(gateway: &Gateway, target: &Target) -> Trial {
    let sent_at = gateway.clock.now();
    let parcel = wrap(target, sent_at);
    let report = target.door.deliver(&parcel).await;
    Trial { event: parcel.event, report, sent_at, over_at: gateway.clock.now() }
}

fn wrap(target: &Target, sent_at: Timestamp) -> Parcel {
    let (name, micros) = (&target.settings.name, sent_at.as_micros());
    let event = EventId(Digest::of([KIND.as_bytes(), name.as_bytes(), &micros.to_be_bytes()]));
    let body = json!({
        "version": 1,
        "id": event,
        "type": KIND,
        "timestamp": sent_at,
        "data": { "test": true, "destination": name, "message": "a test of the way here; nothing happened" },
    });
    Parcel {
        event,
        delivery: DeliveryId { event: EventSeq(0), destination: target.id, generation: 0 },
        attempt: 1,
        replay: false,
        test: true,
        sent_at,
        headers: HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]),
        body: Bytes::from(body.to_string()),
    }
}
