//! From an authentic body to an event.

use payhook_domain::event::{Checks, Event};
use payhook_domain::id::EventId;
use payhook_domain::identity::{Digest, Environment, Scope};
use payhook_domain::kind::Kind;
use payhook_domain::money::{Amount, Currency};
use payhook_domain::proof::Proof;
use payhook_domain::verdict::Aside;

use super::codes::{self, Subject};
use super::payload::{self, Payload, Resource};
use super::{NAME, date, fact};
use crate::scalar::Scalar;
use crate::{Parsed, meaning, original};

/// Banked pays in pounds, euros, dollars: two decimals each.
const DECIMALS: u8 = 2;

/// What an authentic body says.
pub(super) fn parse(body: &[u8], environment: Environment) -> Parsed {
    match payload::read(body) {
        Ok(payload) => Parsed::Events(vec![event(&payload, body, environment)]),
        Err(detail) => not_understood(body, environment, detail),
    }
}

fn event(payload: &Payload<'_>, body: &[u8], environment: Environment) -> Event {
    let resource = &payload.resource;
    let (subject, kind) = codes::known(&payload.event).map_or((None, Kind::Other), |(s, kind)| (Some(s), kind));
    let content = meaning::digest(body);
    let reference = [&resource.reference, &resource.external_reference].into_iter().find_map(Scalar::filled);
    let signed = [resource.amount.text(), resource.currency.text(), reference].map(Option::unwrap_or_default);
    // A session is created once and sent once; what else happens to it carries no date of its own.
    let sent_at = resource.sent_at.filled().filter(|_| kind == Kind::PaymentSent);
    let occurred_at = sent_at.or(resource.created_at.filled()).map(date::occurred_at);
    let amount = amount(resource);
    let instant = occurred_at.as_ref().and_then(|at| at.instant);
    let payment = payment(subject, resource);
    Event {
        id: EventId(identity(payload, subject, content, environment)),
        signed: Digest::of(signed.map(str::as_bytes)),
        content,
        proof: Proof::Signed,
        kind,
        code: payload.event.clone(),
        success: None,
        live: live(resource),
        occurred_at,
        account: None,
        reference: reference.map(str::to_owned),
        provider_reference: resource.id.filled().map(str::to_owned),
        aliases: aliases(subject, resource, payment.as_deref()),
        payment,
        fact: fact::of(subject, kind, &payload.event, resource, amount, instant),
        amount,
        checks: Checks::default(),
        original: original::of_body(body),
    }
}

/// v3 by the envelope's id. v2 has none: the resource and the event's name, and for mandates and batches, which report
/// the same event more than once with other details, the content as well.
fn identity(payload: &Payload<'_>, subject: Option<Subject>, content: Digest, environment: Environment) -> Digest {
    let scope = Scope { provider: NAME, account: "", environment };
    let content = format!("{content:?}");
    let recurs = matches!(subject, Some(Subject::Mandate | Subject::Batch));
    match (payload.event_id.as_deref(), payload.resource.id.filled()) {
        (Some(event_id), _) => scope.identity(&["v3", event_id]),
        (None, Some(id)) if recurs => scope.identity(&["v2", id, &payload.event, &content]),
        (None, Some(id)) => scope.identity(&["v2", id, &payload.event]),
        (None, None) => scope.identity(&["body", &content]),
    }
}

/// The payment session the event is about: a refund's, where it names one, else the refund itself until an event names
/// both. A payout or mandate is about none.
fn payment(subject: Option<Subject>, resource: &Resource<'_>) -> Option<String> {
    let own = || resource.id.filled().map(str::to_owned);
    match subject? {
        Subject::Payment | Subject::Batch => own(),
        Subject::Refund => resource.refunded_payment().or_else(own),
        Subject::Payout | Subject::Mandate => None,
    }
}

/// A refund's own id, by which a later event may name the payment.
fn aliases(subject: Option<Subject>, resource: &Resource<'_>, payment: Option<&str>) -> Vec<String> {
    let own = resource.id.filled().filter(|own| subject == Some(Subject::Refund) && Some(*own) != payment);
    own.map(str::to_owned).into_iter().collect()
}

fn amount(resource: &Resource<'_>) -> Option<Amount> {
    let currency = Currency::parse(resource.currency.text()?)?;
    Some(Amount { value: resource.amount.text()?.parse().ok()?, currency, decimals: DECIMALS })
}

/// Payments say `live`, mandates `mode`.
fn live(resource: &Resource<'_>) -> Option<bool> {
    resource.live.flag().or_else(|| match resource.mode.text()? {
        "live" => Some(true),
        "test" | "sandbox" => Some(false),
        _ => None,
    })
}

/// The stand-in for an authentic body that nothing can be read from.
fn not_understood(body: &[u8], environment: Environment, detail: &str) -> Parsed {
    let payload = Payload { event: Aside::NotUnderstood.as_str().to_owned(), ..Payload::default() };
    let event = Event { signed: Digest::of([body]), ..event(&payload, body, environment) };
    Parsed::NotUnderstood { event: Box::new(event), detail: detail.to_owned() }
}
