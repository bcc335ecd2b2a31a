//! The families signed by the header `HmacSignature` over the raw body: token lifecycle, balance platform, management,
//! classic platforms, and the two notices of changed bank details.
//!
//! All but the classic ones write `{type, environment, timestamp or createdAt, data}`; classic ones write
//! `{eventType, live, eventDate, pspReference, content}`. Their set is open: what has a type is an event, of kind
//! `other` unless it is about a token. They are not about payments: platform transfers are books of their own.

use http::HeaderName;
use payhook_domain::event::{Checks, Event};
use payhook_domain::id::EventId;
use payhook_domain::identity::{Digest, Environment, Scope};
use payhook_domain::kind::Kind;
use payhook_domain::proof::Proof;
use payhook_domain::verdict::Aside;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::envelope::{self, Envelope};
use super::parse::{self, filled, occurred_at};
use super::told::Told;
use super::{NAME, codes, currency};
use crate::scalar::Scalar;
use crate::{Parsed, json, original};

/// Where the signature stands.
pub(super) static HEADER: HeaderName = HeaderName::from_static("hmacsignature");

/// What an authentic body says.
pub(super) fn parse(body: &[u8], proof: Proof, environment: Environment) -> Parsed {
    if let Envelope::Items(items) = envelope::read(body) {
        return match items.into_iter().collect::<Option<Vec<_>>>() {
            Some(items) => Parsed::Events(items.iter().map(|item| parse::event(item, proof, environment)).collect()),
            None => not_understood(body, environment, "an item is not readable"),
        };
    }
    let Some(read) = json::object_in::<Body<'_>>(body) else {
        return not_understood(body, environment, "the body is not a JSON object, or a field of it stands twice");
    };
    let Some(code) = read.event_type.filled().or(read.classic_type.filled()) else {
        return not_understood(body, environment, "the body has neither type nor eventType");
    };
    Parsed::Events(vec![event(&read, code, body, proof, environment)])
}

/// The word for what a body reports, read before anything of it is believed.
pub(super) fn code(body: &[u8]) -> Option<String> {
    let read = json::object_in::<Body<'_>>(body)?;
    read.event_type.filled().or(read.classic_type.filled()).map(str::to_owned)
}

/// The fields that are read. `data` is looked into later: a family may put there what it likes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body<'r> {
    #[serde(borrow, rename = "type")]
    event_type: Scalar<'r>,
    #[serde(borrow, rename = "eventType")]
    classic_type: Scalar<'r>,
    #[serde(borrow)]
    event_id: Scalar<'r>,
    #[serde(borrow)]
    environment: Scalar<'r>,
    #[serde(borrow)]
    live: Scalar<'r>,
    #[serde(borrow)]
    timestamp: Scalar<'r>,
    #[serde(borrow)]
    created_at: Scalar<'r>,
    #[serde(borrow)]
    event_date: Scalar<'r>,
    #[serde(borrow)]
    psp_reference: Scalar<'r>,
    #[serde(borrow)]
    data: Option<&'r RawValue>,
    #[serde(borrow)]
    content: Option<&'r RawValue>,
}

fn event(read: &Body<'_>, code: &str, body: &[u8], proof: Proof, environment: Environment) -> Event {
    let told = Told::read(code, body, read.data.or(read.content));
    let account = told.merchant_account().unwrap_or_default();
    let (value, currency) = told.amount();
    let reference = told.reference();
    let dates = [&read.timestamp, &read.created_at, &read.event_date].into_iter().find_map(Scalar::filled);
    let content = Digest::of([body]);
    Event {
        id: EventId(identity((code, read.event_id.filled()), account, content, proof, environment)),
        signed: Digest::of([value, currency, reference.unwrap_or_default()].map(str::as_bytes)),
        content,
        proof,
        kind: codes::kind_of_type(code),
        code: code.to_owned(),
        success: None,
        live: read.live.flag().or_else(|| environment_word(read.environment.text()?)),
        occurred_at: dates.or(told.date()).map(occurred_at),
        account: told.account().and_then(filled),
        reference: reference.and_then(filled),
        provider_reference: told.own(&read.psp_reference).map(str::to_owned),
        payment: None,
        aliases: Vec::new(),
        fact: None,
        amount: currency::amount(value, currency),
        checks: Checks::default(),
        original: original::of_body(body),
    }
}

/// `eventId` with the type, since a token's *created* and *updated* name the same payment in it; else the content. What
/// nobody signed has an identity of its own, so that it is never taken for what comes signed.
fn identity(
    (code, event_id): (&str, Option<&str>),
    account: &str,
    content: Digest,
    proof: Proof,
    environment: Environment,
) -> Digest {
    let scope = Scope { provider: NAME, account, environment };
    match event_id {
        Some(event_id) if proof == Proof::Signed => scope.identity(&["event", code, event_id]),
        _ if proof == Proof::Signed => scope.identity(&["body", &format!("{content:?}")]),
        _ => scope.identity(&[proof.as_str(), &format!("{content:?}")]),
    }
}

fn environment_word(word: &str) -> Option<bool> {
    match word {
        "live" => Some(true),
        "test" => Some(false),
        _ => None,
    }
}

/// The stand-in for an authentic body that nothing can be read from.
fn not_understood(body: &[u8], environment: Environment, detail: &str) -> Parsed {
    let content = Digest::of([body]);
    let (id, code) =
        (identity(("", None), "", content, Proof::Signed, environment), Aside::NotUnderstood.as_str().to_owned());
    let event = Event::bare(EventId(id), content, Kind::Other, code, original::of_body(body));
    Parsed::NotUnderstood { event: Box::new(event), detail: detail.to_owned() }
}
