//! Amounts, references and kinds of an event. What it is about stands in `data.object`, whose fields differ by its sort.

use payhook_domain::event::Event;
use payhook_domain::kind::Kind;
use payhook_domain::money::Amount;

use super::{codes, currency, fact};
use crate::declared::{Word, aliases};
use crate::view::View;

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    Intent,
    Charge,
    Session,
    Refund,
    Dispute,
    /// What hangs on a charge and has no money of its own: a warning, a review.
    Remark,
    /// No part of a payment: a payout, a mandate, a payment method.
    Apart,
}

impl Object {
    fn of(code: &str) -> Self {
        match code {
            "charge.refund.updated" => Self::Refund,
            _ if code.starts_with("charge.dispute.") => Self::Dispute,
            _ => match code.split('.').next().unwrap_or_default() {
                "payment_intent" => Self::Intent,
                "charge" => Self::Charge,
                "checkout" => Self::Session,
                "refund" => Self::Refund,
                "radar" | "review" => Self::Remark,
                _ => Self::Apart,
            },
        }
    }
}

/// Adds what the body of an event says.
pub(super) fn fill(body: &[u8], event: &mut Event) {
    let (Some(word), Some(view)) = (codes::word(&event.code), View::of(body)) else { return };
    let object = Object::of(&event.code);
    event.account = view.owned("/account");
    event.reference = reference(&view);
    event.amount = amount(&view, object, &event.code);
    event.payment = payment(&view, object);
    let charge = if object == Object::Charge { view.id("/data/object/id") } else { charge(&view) };
    let own = view.id("/data/object/id").filter(|_| object != Object::Apart && object != Object::Remark);
    let charge = charge.filter(|_| object != Object::Apart);
    event.aliases = aliases(event.payment.as_deref(), [charge, own]);
    event.kind = kind(&view, &word, &event.code);
    if event.payment.is_some() {
        event.fact = fact::of(&view, &word, event);
    }
}

/// The merchant's own reference: a session's `client_reference_id`, else the order number in `metadata`.
fn reference(view: &View) -> Option<String> {
    view.owned("/data/object/client_reference_id").or_else(|| view.order("/data/object/metadata"))
}

/// The payment: its intent, else, where there is none, the charge that is all there is of it. A session that was never
/// paid has neither, and stands for itself; one that was paid without an intent (of a subscription) is about a payment
/// that it does not name.
fn payment(view: &View, object: Object) -> Option<String> {
    let (own, intent) = (|| view.id("/data/object/id"), || view.id("/data/object/payment_intent"));
    match object {
        Object::Intent => own(),
        Object::Charge => intent().or_else(own),
        Object::Session => intent().or_else(|| own().filter(|_| view.text("/data/object/status") == Some("expired"))),
        Object::Refund | Object::Dispute | Object::Remark => intent().or_else(|| charge(view)),
        Object::Apart => None,
    }
}

/// The charge that an object names. Until 2022 an intent listed its charges.
pub(super) fn charge(view: &View) -> Option<String> {
    let places = ["/data/object/charge", "/data/object/latest_charge", "/data/object/charges/data/0/id"];
    places.into_iter().find_map(|place| view.id(place))
}

/// How much the event is about, where the object says exactly that.
fn amount(view: &View, object: Object, code: &str) -> Option<Amount> {
    let field = |name: &str| view.whole(&format!("/data/object/{name}"));
    let value = match (object, code) {
        (Object::Intent, "payment_intent.succeeded") => field("amount_received"),
        (Object::Intent, "payment_intent.amount_capturable_updated") => field("amount_capturable"),
        (Object::Charge, "charge.captured") => field("amount_captured"),
        (Object::Charge, "charge.refunded") => refunded_now(view),
        (Object::Session, _) => field("amount_total"),
        _ => field("amount"),
    };
    currency::amount(value?, view.text("/data/object/currency")?)
}

/// How much of a charge was refunded by this very event: `amount_refunded` is what all refunds come to.
fn refunded_now(view: &View) -> Option<i64> {
    let before = view.whole("/data/previous_attributes/amount_refunded")?;
    view.whole("/data/object/amount_refunded")?.checked_sub(before)
}

/// Whether a charge was let go before any of it was captured, which Stripe tells as a refund.
pub(super) fn is_released(view: &View) -> bool {
    view.flag("/data/object/captured") == Some(false)
}

fn kind(view: &View, word: &Word, code: &str) -> Kind {
    let status = view.text("/data/object/status").unwrap_or_default();
    match code {
        "charge.succeeded" if view.flag("/data/object/captured") != Some(true) => Kind::PaymentAuthorised,
        "charge.refunded" if is_released(view) => Kind::PaymentCancelled,
        "refund.created" | "refund.updated" | "charge.refund.updated" => match status {
            "succeeded" => Kind::RefundSucceeded,
            "failed" | "canceled" => Kind::RefundFailed,
            "pending" | "requires_action" => Kind::RefundRequested,
            _ => Kind::Other,
        },
        "charge.dispute.created" if status.starts_with("warning") => Kind::DisputeInfoRequested,
        "charge.dispute.closed" => match status {
            "won" | "warning_closed" => Kind::DisputeWon,
            "lost" => Kind::DisputeLost,
            _ => Kind::Other,
        },
        "checkout.session.completed" => match view.text("/data/object/payment_status") {
            Some("paid") => Kind::PaymentCaptured,
            Some("unpaid") => Kind::PaymentPending,
            _ => Kind::Other,
        },
        "mandate.updated" => match status {
            "active" => Kind::MandateActive,
            "pending" => Kind::MandatePending,
            "inactive" => Kind::MandateCancelled,
            _ => Kind::Other,
        },
        _ => word.kind,
    }
}
