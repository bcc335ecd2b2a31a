//! The payload of `format = "payhook"`: what a merchant's endpoint reads.
//!
//! Rendered from what was committed and nothing else, so that every try and every replay sends the same bytes. Fields
//! are added, never renamed; `version` stays 1 as long as that holds.

use bytes::Bytes;
use payhook_domain::event::{Check, Original};
use payhook_domain::id::EventId;
use payhook_domain::money::Amount;
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;
use payhook_store::StoredEvent;
use serde::Serialize;
use serde_json::value::RawValue;

/// Renders an event. `body` is the notification's body, which the original is a part of.
#[must_use]
pub fn render(event: &StoredEvent, missed: &[EventId], body: &[u8], source: &str, provider: &str) -> Bytes {
    let fact = &event.event;
    let original = original_text(&fact.original, body);
    let payload = Payload {
        version: 1,
        id: fact.id,
        kind: fact.kind.as_str(),
        timestamp: event.received_at,
        data: Data {
            source,
            provider,
            code: &fact.code,
            success: fact.success,
            live: fact.live,
            occurred_at: fact.occurred_at.as_ref().map(|at| at.text.as_str()),
            account: fact.account.as_deref(),
            reference: fact.reference.as_deref(),
            provider_reference: fact.provider_reference.as_deref(),
            amount: fact.amount.as_ref().map(AmountView::of),
            checks: ChecksView::of(fact.checks.avs.as_ref(), fact.checks.cvc.as_ref()),
            payment: event.payment.as_deref().and_then(|state| serde_json::from_str(state).ok()),
            stale: event.stale,
            revision: event.revision,
            missed,
            proof: (fact.proof != Proof::Signed).then(|| fact.proof.as_str()),
            original: OriginalView::of(original),
        },
    };
    Bytes::from(serde_json::to_vec(&payload).expect("no map with keys that are not text, no failing Serialize"))
}

/// The provider's own object as it stands in the notification.
#[must_use]
pub fn original_text<'a>(original: &'a Original, body: &'a [u8]) -> &'a [u8] {
    match original {
        Original::Slice(range) => body.get(range.clone()).unwrap_or_default(),
        Original::Rendered(text) => text.as_bytes(),
    }
}

#[derive(Serialize)]
struct Payload<'a> {
    version: u32,
    id: EventId,
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    source: &'a str,
    provider: &'a str,
    code: &'a str,
    success: Option<bool>,
    live: Option<bool>,
    occurred_at: Option<&'a str>,
    account: Option<&'a str>,
    reference: Option<&'a str>,
    provider_reference: Option<&'a str>,
    amount: Option<AmountView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<ChecksView<'a>>,
    /// What was believed of the payment when the event was committed; absent for what is about no payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<&'a RawValue>,
    stale: bool,
    revision: u32,
    missed: &'a [EventId],
    /// How far the event is proved; absent for what is signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<&'static str>,
    original: OriginalView<'a>,
}

/// An amount as payloads and the API show it.
#[derive(Serialize)]
pub struct AmountView<'a> {
    value: i64,
    currency: &'a str,
    decimals: u8,
}

impl<'a> AmountView<'a> {
    /// Shows an amount.
    #[must_use]
    pub fn of(amount: &'a Amount) -> Self {
        Self { value: amount.value, currency: amount.currency.as_str(), decimals: amount.decimals }
    }
}

/// Address and card-code checks as payloads and the API show them.
#[derive(Serialize)]
pub struct ChecksView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    avs: Option<CheckView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cvc: Option<CheckView<'a>>,
}

#[derive(Serialize)]
struct CheckView<'a> {
    code: u16,
    meaning: Option<&'a str>,
}

impl<'a> ChecksView<'a> {
    /// Shows the checks, or nothing when none was made.
    #[must_use]
    pub fn of(avs: Option<&'a Check>, cvc: Option<&'a Check>) -> Option<Self> {
        let view = |check: &'a Check| CheckView { code: check.code, meaning: check.meaning.as_deref() };
        (avs.is_some() || cvc.is_some()).then(|| Self { avs: avs.map(view), cvc: cvc.map(view) })
    }
}

/// JSON passes through untouched; anything else is shown as text, and what is gone as null.
enum OriginalView<'a> {
    Json(&'a RawValue),
    Text(std::borrow::Cow<'a, str>),
    /// Retention has dropped it.
    Gone,
}

impl<'a> OriginalView<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        if bytes.is_empty() {
            return Self::Gone;
        }
        serde_json::from_slice(bytes).map_or_else(|_| Self::Text(String::from_utf8_lossy(bytes)), Self::Json)
    }
}

impl Serialize for OriginalView<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Json(raw) => raw.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
            Self::Gone => serializer.serialize_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payhook_domain::event::{Checks, Event, OccurredAt};
    use payhook_domain::id::{EventSeq, NameId, NotificationId};
    use payhook_domain::identity::Digest;
    use payhook_domain::kind::Kind;
    use payhook_domain::money::Currency;
    use payhook_domain::verdict::Standing;

    fn stored(original: Original) -> StoredEvent {
        let digest = Digest::of([b"id".as_slice()]);
        StoredEvent {
            seq: EventSeq(7),
            notification: NotificationId(3),
            item: 0,
            source: NameId(1),
            provider: NameId(1),
            received_at: Timestamp::from_micros(1_763_719_323_123_000),
            standing: Standing::Routed,
            revision: 0,
            aside: None,
            detail: None,
            duplicates: 0,
            event: Event {
                id: EventId(digest),
                signed: digest,
                content: digest,
                proof: Proof::Signed,
                kind: Kind::PaymentAuthorised,
                code: "AUTHORISATION".into(),
                success: Some(true),
                live: Some(false),
                occurred_at: Some(OccurredAt { text: "2026-11-21T11:02:02+01:00".into(), instant: None }),
                account: Some("Shop".into()),
                reference: Some("order-1".into()),
                provider_reference: Some("PSP1".into()),
                payment: Some("PSP1".into()),
                aliases: Vec::new(),
                fact: None,
                amount: Some(Amount { value: 1250, currency: Currency::parse("EUR").expect("valid"), decimals: 2 }),
                checks: Checks {
                    avs: Some(Check { code: 7, meaning: Some("postal_code_and_address_match".into()) }),
                    cvc: None,
                },
                original,
            },
            payment: Some(r#"{"id":"pay_x","version":1}"#.to_owned()),
            stale: false,
        }
    }

    #[test]
    fn the_providers_own_object_passes_through_byte_for_byte() {
        let body = br#"{"a":[ {"odd" :  1.50,"u":"\u00e9\/"} ]}"#;
        let rendered = render(
            &stored(Original::Slice(6..38)),
            &[EventId(Digest::of([b"dead".as_slice()]))],
            body,
            "adyen",
            "adyen",
        );
        let text = String::from_utf8(rendered.to_vec()).expect("JSON is UTF-8");
        assert!(text.ends_with(r#""original":{"odd" :  1.50,"u":"\u00e9\/"}}}"#), "{text}");
        assert!(text.contains(r#""amount":{"value":1250,"currency":"EUR","decimals":2}"#), "{text}");
        assert!(
            text.contains(r#""payment":{"id":"pay_x","version":1},"stale":false,"revision":0,"missed":["evt_"#),
            "{text}"
        );
        assert!(text.contains(r#""checks":{"avs":{"code":7,"meaning":"postal_code_and_address_match"}}"#), "{text}");
    }

    #[test]
    fn what_is_not_signed_says_so_and_what_is_reads_as_it_always_did() {
        let shown = |proof| {
            let mut event = stored(Original::Slice(0..2));
            event.event.proof = proof;
            String::from_utf8(render(&event, &[], b"{}", "s", "p").to_vec()).expect("JSON is UTF-8")
        };
        assert!(shown(Proof::Signed).ends_with(r#""missed":[],"original":{}}}"#));
        assert!(shown(Proof::Unsigned).ends_with(r#""missed":[],"proof":"unsigned","original":{}}}"#));
        assert!(shown(Proof::BodyNotCovered).contains(r#""proof":"body_not_covered""#));
    }

    #[test]
    fn what_is_not_json_is_shown_as_text() {
        let rendered = render(&stored(Original::Slice(0..3)), &[], b"a\"b", "s", "p");
        assert!(String::from_utf8_lossy(&rendered).ends_with(r#""original":"a\"b"}}"#));
    }
}
