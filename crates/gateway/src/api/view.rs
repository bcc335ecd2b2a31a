//! How rows look in JSON.

use std::time::Duration;

use data_encoding::BASE64;
use payhook_domain::delivery::{Attempt, Timings};
use payhook_domain::id::{ContentId, NameId};
use payhook_domain::notification::header_lines;
use payhook_store::{DeliveryRow, Extent, NameKind, QuarantineRow, StoredEvent};
use serde_json::{Value, json};

use super::Api;
use crate::payload::{AmountView, ChecksView};

/// An event row.
pub(crate) fn event(api: &Api, row: &StoredEvent) -> Value {
    event_with(row, |kind, id| api.gateway.names.name(kind, id))
}

/// The same of a row of any file, with its names.
pub(crate) fn event_with(row: &StoredEvent, name: impl Fn(NameKind, NameId) -> String) -> Value {
    let fact = &row.event;
    let mut view = json!({
        "id": fact.id,
        "content": ContentId(fact.content),
        "seq": row.seq,
        "notification": row.notification,
        "source": name(NameKind::Source, row.source),
        "provider": name(NameKind::Provider, row.provider),
        "received_at": row.received_at,
        "standing": row.standing.as_str(),
        "revision": row.revision,
        "duplicates": row.duplicates,
        "kind": fact.kind.as_str(),
        "code": fact.code,
        "proof": fact.proof.as_str(),
        "success": fact.success,
        "live": fact.live,
        "occurred_at": fact.occurred_at.as_ref().map(|at| &at.text),
        "account": fact.account,
        "reference": fact.reference,
        "provider_reference": fact.provider_reference,
        "payment": fact.payment,
        "payment_state": row.payment.as_deref().and_then(|state| serde_json::from_str::<Value>(state).ok()),
        "stale": row.stale,
        "amount": fact.amount.as_ref().map(AmountView::of),
        "checks": ChecksView::of(fact.checks.avs.as_ref(), fact.checks.cvc.as_ref()),
    });
    if let Some(reason) = row.aside {
        view["aside"] = json!({ "reason": reason.as_str(), "detail": row.detail });
    }
    view
}

/// The store's file.
pub(crate) fn extent(extent: Extent) -> Value {
    json!({ "bytes": extent.bytes, "free_bytes": extent.free_bytes, "shrinks": extent.shrinks })
}

/// A delivery.
pub(crate) fn delivery(api: &Api, row: &DeliveryRow) -> Value {
    json!({
        "id": row.id,
        "event": row.event,
        "kind": row.kind.as_str(),
        "reference": row.reference,
        "destination": api.gateway.names.name(NameKind::Destination, row.id.destination),
        "state": row.state.as_str(),
        "attempts": row.attempts,
        "created_at": row.created_at,
        "at": row.at,
    })
}

/// One try.
pub(crate) fn attempt(attempt: &Attempt) -> Value {
    json!({
        "number": attempt.number,
        "started_at": attempt.started_at,
        "took_us": micros(attempt.took),
        "outcome": attempt.outcome.as_str(),
        "status": attempt.status,
        "error": attempt.error,
        "excerpt": attempt.excerpt,
        "timings_us": timings(attempt.timings),
    })
}

/// How long each step of a try took.
pub(crate) fn timings(timings: Timings) -> Value {
    let Timings { dns, connect, tls, first_byte } = timings;
    let [dns, connect, tls, first_byte] = [dns, connect, tls, first_byte].map(|took| took.map(micros));
    json!({ "dns": dns, "connect": connect, "tls": tls, "first_byte": first_byte })
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

/// An entry of the quarantine, without its bytes.
pub(crate) fn quarantined(api: &Api, row: &QuarantineRow) -> Value {
    json!({
        "id": row.id,
        "source": api.gateway.names.name(NameKind::Source, row.source),
        "first_at": row.first_at,
        "last_at": row.last_at,
        "times": row.times,
        "target": row.target,
        "peer": row.peer,
        "reason": row.reason.as_str(),
        "detail": row.detail,
        "size": row.size,
    })
}

/// Kept bytes: header lines as pairs, the body as text where it is text, in base64 otherwise.
pub(crate) fn bytes(headers: &[u8], body: &[u8]) -> Value {
    let headers: Vec<_> =
        header_lines(headers).map(|(name, value)| json!([name, String::from_utf8_lossy(value)])).collect();
    match std::str::from_utf8(body) {
        Ok(text) => json!({ "headers": headers, "body": text }),
        Err(_) => json!({ "headers": headers, "body_base64": BASE64.encode(body) }),
    }
}

/// Adds the members of `more` to `view`.
pub(crate) fn merged(mut view: Value, more: Value) -> Value {
    if let (Some(view), Value::Object(more)) = (view.as_object_mut(), more) {
        view.extend(more);
    }
    view
}
