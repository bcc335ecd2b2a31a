//! What each event says about a payment: its rung on the ladder of a bank transfer, or a refund of it.

use payhook_domain::event::Event;
use payhook_domain::fact::{Effect, Fact, Subject};
use payhook_domain::kind::Kind;

use super::codes;

/// What an event says about its payment. The rest of it is read already. No webhook of TrueLayer names an amount.
pub(super) fn of(subject: codes::Subject, event: &Event, refund: Option<String>) -> Option<Fact> {
    let payment = event.payment.clone()?;
    let (subject, effect, part) = match (subject, event.kind) {
        (codes::Subject::Payment, Kind::PaymentPending) => (Subject::Payment, Effect::Pending, None),
        (codes::Subject::Payment, Kind::PaymentSent) => (Subject::Payment, Effect::Sent, None),
        (codes::Subject::Payment, Kind::PaymentSettled) => (Subject::Payment, Effect::Settled, None),
        (codes::Subject::Payment, Kind::PaymentFailed) => (Subject::Payment, Effect::Failed, None),
        (codes::Subject::Refund, Kind::RefundSucceeded) => (Subject::Refund, Effect::Succeeded, refund),
        (codes::Subject::Refund, Kind::RefundFailed) => (Subject::Refund, Effect::Failed, refund),
        _ => return None,
    };
    Some(Fact {
        leg: payment,
        part: part.unwrap_or_default(),
        amount: event.amount,
        occurred_at: event.occurred_at.as_ref().and_then(|at| at.instant),
        reference: event.reference.clone(),
        ..Fact::of(subject, effect)
    })
}
