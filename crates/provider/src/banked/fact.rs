//! What each event says about a payment: its rung on the ladder of a bank transfer, or a refund of it.
//!
//! A batch is one payment to many, and what each payee got is not told apart by its events: it is not folded.

use payhook_domain::fact::{Effect, Fact, Subject};
use payhook_domain::kind::Kind;
use payhook_domain::money::Amount;
use payhook_domain::time::Timestamp;

use super::codes;
use super::payload::Resource;

/// What an event says about its payment. The rest of the event is read already, and handed in.
pub(super) fn of(
    subject: Option<codes::Subject>,
    kind: Kind,
    code: &str,
    resource: &Resource<'_>,
    amount: Option<Amount>,
    occurred_at: Option<Timestamp>,
) -> Option<Fact> {
    let own = resource.id.filled()?;
    let (subject, effect) = match subject? {
        codes::Subject::Payment => (Subject::Payment, rung(kind)?),
        codes::Subject::Refund => (Subject::Refund, refund(kind, code)?),
        codes::Subject::Batch | codes::Subject::Payout | codes::Subject::Mandate => return None,
    };
    let (leg, part) = match subject {
        Subject::Refund => (resource.refunded_payment().unwrap_or_default(), own.to_owned()),
        _ => (own.to_owned(), String::new()),
    };
    Some(Fact { leg, part, amount, occurred_at, reference: reference(resource), ..Fact::of(subject, effect) })
}

/// The merchant's own reference.
fn reference(resource: &Resource<'_>) -> Option<String> {
    resource.reference.filled().or(resource.external_reference.filled()).map(str::to_owned)
}

fn rung(kind: Kind) -> Option<Effect> {
    Some(match kind {
        Kind::PaymentInitiated => Effect::Initiated,
        Kind::PaymentPending => Effect::Pending,
        Kind::PaymentSent => Effect::Sent,
        Kind::PaymentSettled => Effect::Settled,
        Kind::PaymentFailed => Effect::Failed,
        Kind::PaymentCancelled => Effect::Cancelled,
        _ => return None,
    })
}

fn refund(kind: Kind, code: &str) -> Option<Effect> {
    Some(match kind {
        Kind::RefundRequested => Effect::Pending,
        Kind::RefundSucceeded => Effect::Succeeded,
        Kind::RefundFailed if code.contains("cancel") => Effect::Cancelled,
        Kind::RefundFailed => Effect::Failed,
        _ => return None,
    })
}
