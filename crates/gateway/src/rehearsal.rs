//! A rehearsal: an event out of what somebody pasted, to ask what would become of it. Never stored.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use payhook_domain::event::{Check, Checks, Event, OccurredAt, Original};
use payhook_domain::id::EventId;
use payhook_domain::identity::Digest;
use payhook_domain::kind::Kind;
use payhook_domain::money::{Amount, Currency};
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;
use payhook_provider::{Papers, Parsed, Policy, Tolerance, Unsigned};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::ingest::fill_account;
use crate::plan::Source;

/// An event out of a payload, and the source the payload names.
pub(crate) struct Pasted {
    pub(crate) event: Event,
    pub(crate) source: Option<String>,
}

/// Reads a payload as it is delivered. What is absent is absent; what it does not say is not guessed.
pub(crate) fn payload(payload: &RawValue) -> Result<Pasted, String> {
    let wrong = |error: serde_json::Error| format!("it is no payload as payhook delivers it: {error}");
    let Payload { kind, id, data } = serde_json::from_str(payload.get()).map_err(wrong)?;
    let kind = Kind::parse(&kind).ok_or_else(|| format!("no kind is called {kind:?}"))?;
    let proof = data.proof.as_deref().map_or(Some(Proof::Signed), Proof::parse);
    let proof = proof.ok_or_else(|| format!("no proof is called {:?}", data.proof.unwrap_or_default()))?;
    let amount = data.amount.map(Amount::try_from).transpose()?;
    let digest = Digest::of([payload.get().as_bytes()]);
    let original = data.original.map_or_else(|| "null".to_owned(), |original| original.get().to_owned());
    let event = Event {
        id: id.and_then(|id| id.parse().ok()).unwrap_or(EventId(digest)),
        signed: digest,
        content: digest,
        proof,
        kind,
        code: data.code.unwrap_or_default(),
        success: data.success,
        live: data.live,
        occurred_at: data.occurred_at.map(|text| OccurredAt { text, instant: None }),
        account: data.account,
        reference: data.reference,
        provider_reference: data.provider_reference,
        payment: None,
        aliases: Vec::new(),
        fact: None,
        amount,
        checks: Checks { avs: data.checks.avs.map(Check::from), cvc: data.checks.cvc.map(Check::from) },
        original: Original::Rendered(original),
    };
    Ok(Pasted { event, source: data.source })
}

/// Reads what the source's provider sends, whatever its signature: it is signed anew with a key of its own, so that it
/// passes the one door there is. Returns the body its events stand in, too.
pub(crate) fn notification(source: &Source, text: &str, now: Timestamp) -> Result<(Vec<Event>, Bytes), String> {
    let provider = source.settings.provider;
    let untriable =
        || format!("what {} signs cannot be signed here: paste an event as payhook sends it", provider.name());
    let key =
        provider.key_text(&[0; 32]).and_then(|text| provider.key("rehearsal", &text).ok()).ok_or_else(untriable)?;
    let policy = Policy { tolerance: Tolerance::Off, ..source.settings.policy.clone() };
    let media = match text.trim_start().chars().next() {
        Some('{' | '[') => "application/json",
        Some('<') => "text/xml",
        _ => "application/x-www-form-urlencoded",
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    let target = source.settings.paths.first().cloned().unwrap_or_default();
    let body = Bytes::copy_from_slice(text.trim().as_bytes());
    let signed = provider.sign(Unsigned { target, headers, body }, &key, &policy, now).ok_or_else(untriable)?;
    let items = match provider.verify(&signed.as_raw(), &[key], &policy, now) {
        Papers::Items(items) => items,
        Papers::Unreadable(refused) => return Err(unreadable(source, &refused.detail)),
    };
    let mut events = Vec::new();
    for item in items {
        let verified = item.as_it_stands().map_err(|refused| unreadable(source, &refused.detail))?;
        match provider.parse(&verified, source.settings.scope_environment()) {
            Parsed::Events(parsed) => events.extend(parsed.into_iter().map(|mut event| {
                fill_account(source, &mut event);
                event
            })),
            Parsed::NotUnderstood { detail, .. } => return Err(format!("it would be set aside: {detail}")),
        }
    }
    Ok((events, signed.body))
}

fn unreadable(source: &Source, detail: &str) -> String {
    format!("it is nothing that {} sends: {detail}", source.settings.provider.name())
}

#[derive(Deserialize)]
struct Payload<'p> {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    #[serde(borrow)]
    data: Data<'p>,
}

/// What the payload has and routes can ask for; the rest of it is passed over.
#[derive(Deserialize)]
struct Data<'p> {
    source: Option<String>,
    code: Option<String>,
    proof: Option<String>,
    success: Option<bool>,
    live: Option<bool>,
    occurred_at: Option<String>,
    account: Option<String>,
    reference: Option<String>,
    provider_reference: Option<String>,
    amount: Option<TypedAmount>,
    #[serde(default)]
    checks: TypedChecks,
    #[serde(borrow)]
    original: Option<&'p RawValue>,
}

#[derive(Deserialize)]
struct TypedAmount {
    value: i64,
    currency: String,
    decimals: u8,
}

impl TryFrom<TypedAmount> for Amount {
    type Error = String;

    fn try_from(typed: TypedAmount) -> Result<Self, String> {
        let currency = Currency::parse(&typed.currency);
        let currency = currency.ok_or_else(|| format!("{:?} is no currency", typed.currency))?;
        Ok(Self { value: typed.value, currency, decimals: typed.decimals })
    }
}

#[derive(Default, Deserialize)]
struct TypedChecks {
    avs: Option<TypedCheck>,
    cvc: Option<TypedCheck>,
}

#[derive(Deserialize)]
struct TypedCheck {
    code: u16,
    meaning: Option<String>,
}

impl From<TypedCheck> for Check {
    fn from(typed: TypedCheck) -> Self {
        Self { code: typed.code, meaning: typed.meaning.map(Into::into) }
    }
}
