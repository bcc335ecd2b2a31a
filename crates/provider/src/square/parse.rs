//! Amounts, references and kinds of an event. What it is about stands in `data.object`, under the name of its sort.

use payhook_domain::event::Event;
use payhook_domain::kind::Kind;
use payhook_domain::money::Amount;

use super::{codes, fact};
use crate::currency;
use crate::declared::{Word, aliases, occurred_at};
use crate::view::View;

/// Adds what the body of an event says.
pub(super) fn fill(body: &[u8], event: &mut Event) {
    let Some(view) = View::of(body) else { return };
    event.account = view.owned("/merchant_id");
    let Some(word) = codes::word(&event.code) else { return };
    let object = Object { view: &view, name: event.code.split('.').next().unwrap_or_default() };
    let own = object.text("id").or_else(|| object.text("dispute_id")).map(str::to_owned);
    // Of two snapshots of one payment the later state counts, whichever event was made first.
    if let Some(at) = object.text("updated_at").map(str::to_owned).map(occurred_at).filter(|at| at.instant.is_some()) {
        event.occurred_at = Some(at);
    }
    event.provider_reference = own.clone().or_else(|| event.provider_reference.take());
    event.reference = object.text("reference_id").map(str::to_owned);
    event.amount = amount(&object, &event.code);
    event.payment = payment(&object, own.as_deref());
    event.aliases = aliases(event.payment.as_deref(), [own.filter(|_| word.says.is_some())]);
    event.kind = kind(&object, &word);
    event.fact = event.payment.is_some().then(|| fact::of(&object, &word, event)).flatten();
}

/// The object of an event.
pub(super) struct Object<'v> {
    view: &'v View,
    name: &'v str,
}

impl Object<'_> {
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.view.text(&format!("/data/object/{}/{field}", self.name))
    }

    /// Payments and refunds have a status, disputes a state.
    pub(super) fn status(&self) -> &str {
        self.text("status").or_else(|| self.text("state")).unwrap_or_default()
    }

    fn money(&self, field: &str) -> Option<Amount> {
        let place = format!("/data/object/{}/{field}", self.name);
        currency::amount(self.view.whole(&format!("{place}/amount"))?, self.view.text(&format!("{place}/currency"))?)
    }

    /// Whether something of it was given back.
    fn is_refunded(&self) -> bool {
        self.money("refunded_money").is_some_and(|money| money.value > 0)
    }
}

/// A payment's amount is what it comes to, tip and all, or what was approved of that; nothing else stands in for it.
fn amount(object: &Object<'_>, code: &str) -> Option<Amount> {
    match (code.split('.').next()?, object.status()) {
        ("payment", "APPROVED") => object.money("approved_money").or_else(|| object.money("total_money")),
        ("payment", _) => object.money("total_money"),
        _ => object.money("amount_money"),
    }
}

fn payment(object: &Object<'_>, own: Option<&str>) -> Option<String> {
    let named = match object.name {
        "payment" => own,
        "refund" => object.text("payment_id").or(own),
        "dispute" => object.text("disputed_payment/payment_id").or(own),
        _ => None,
    };
    named.map(str::to_owned)
}

/// A payment is updated again when it is refunded, and then nothing new is captured.
fn kind(object: &Object<'_>, word: &Word) -> Kind {
    match (object.name, object.status()) {
        ("payment", "PENDING") => Kind::PaymentPending,
        ("payment", "APPROVED") => Kind::PaymentAuthorised,
        ("payment", "COMPLETED") if !object.is_refunded() => Kind::PaymentCaptured,
        ("payment", "CANCELED") => Kind::PaymentCancelled,
        ("payment", "FAILED") => Kind::PaymentFailed,
        ("refund", "PENDING") => Kind::RefundRequested,
        ("refund", "COMPLETED") => Kind::RefundSucceeded,
        ("refund", "FAILED" | "REJECTED") => Kind::RefundFailed,
        ("dispute", "INQUIRY_EVIDENCE_REQUIRED") => Kind::DisputeInfoRequested,
        ("dispute", "EVIDENCE_REQUIRED") if word.kind == Kind::DisputeOpened => Kind::DisputeOpened,
        ("dispute", "EVIDENCE_REQUIRED" | "PROCESSING" | "INQUIRY_PROCESSING") => Kind::DisputeEvidenceDue,
        ("dispute", "WON") => Kind::DisputeWon,
        ("dispute", "LOST" | "ACCEPTED") => Kind::DisputeLost,
        ("payment" | "refund" | "dispute", _) => Kind::Other,
        _ => word.kind,
    }
}
