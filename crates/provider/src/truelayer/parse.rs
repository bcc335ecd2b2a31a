//! From an authentic body to an event.

use payhook_domain::event::{Event, OccurredAt};
use payhook_domain::id::EventId;
use payhook_domain::identity::{Digest, Environment, Scope};
use payhook_domain::kind::Kind;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Aside;
use serde_json::Value;

use super::codes::{self, Subject};
use super::{NAME, fact};
use crate::view::TEXT_MAX;
use crate::{Parsed, meaning, original};

/// What an authentic body says.
pub(super) fn parse(body: &[u8], environment: Environment) -> Parsed {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) if value.is_object() => Parsed::Events(vec![event(&value, body, environment)]),
        _ => {
            let event = bare(None, Aside::NotUnderstood.as_str(), body, environment);
            Parsed::NotUnderstood { event: Box::new(event), detail: "the body is no JSON object".to_owned() }
        }
    }
}

fn bare(id: Option<String>, code: &str, body: &[u8], environment: Environment) -> Event {
    let content = meaning::digest(body);
    let scope = Scope { provider: NAME, account: "", environment };
    let digest = match id {
        Some(id) => scope.identity(&["event", &id]),
        None => scope.identity(&["body", &format!("{content:?}")]),
    };
    Event::bare(EventId(digest), content, Kind::Other, code.to_owned(), original::of_body(body))
}

fn event(value: &Value, body: &[u8], environment: Environment) -> Event {
    // Older notifications say `event_type`.
    let code = text(value, "type").or_else(|| text(value, "event_type")).unwrap_or_else(|| "event".to_owned());
    let mut event = bare(text(value, "event_id"), &code, body, environment);
    let known = codes::row(&code);
    event.kind = known.map_or(Kind::Other, |(_, kind)| kind);
    event.payment = text(value, "payment_id");
    let refund = text(value, "refund_id");
    let own = match known.map(|(subject, _)| subject) {
        Some(Subject::Refund) => refund.clone(),
        Some(Subject::Payout) => text(value, "payout_id"),
        Some(Subject::Mandate) => text(value, "mandate_id"),
        _ => None,
    };
    event.provider_reference = own.or_else(|| event.payment.clone());
    event.aliases = refund.clone().into_iter().filter(|refund| Some(refund) != event.payment.as_ref()).collect();
    event.reference = reference(value);
    event.occurred_at = occurred_at(value);
    event.fact = known.and_then(|(subject, _)| fact::of(subject, &event, refund));
    event.signed = Digest::of([event.reference.as_deref().unwrap_or_default().as_bytes()]);
    event
}

/// The merchant's own fields come back with a payment's events.
fn reference(value: &Value) -> Option<String> {
    let metadata = value.get("metadata")?;
    ["order_id", "order", "reference"].iter().find_map(|name| text(metadata, name))
}

fn occurred_at(value: &Value) -> Option<OccurredAt> {
    let names = ["settled_at", "executed_at", "failed_at", "authorized_at", "revoked_at", "creditable_at"];
    let text = names.iter().find_map(|name| text(value, name))?;
    Some(OccurredAt { instant: Timestamp::parse_rfc3339(&text), text })
}

fn text(value: &Value, name: &str) -> Option<String> {
    let text = value.get(name)?.as_str()?;
    (!text.is_empty() && text.len() <= TEXT_MAX).then(|| text.to_owned())
}
