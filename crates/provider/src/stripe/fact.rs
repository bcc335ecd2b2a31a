//! What an event says about a payment.
//!
//! A payment that Stripe captures by itself is told as one that was authorised and captured at once; one that the merchant
//! captures gets its captures from the charge, which is their name: of what was captured of it the latest sum counts. So
//! the events of intent, charge and session agree, in any order, whichever of them a merchant subscribes to.

use payhook_domain::event::Event;
use payhook_domain::fact::{Capture, Effect, Fact, Stage, Standing, Subject};
use payhook_domain::kind::Kind;
use payhook_domain::money::Amount;
use payhook_domain::time::Timestamp;
use serde_json::Value;

use super::{currency, parse};
use crate::declared::{Word, fact};
use crate::view::View;

/// What an event says. The rest of it is read already.
pub(super) fn of(view: &View, word: &Word, event: &Event) -> Option<Fact> {
    match event.code.as_str() {
        "payment_intent.amount_capturable_updated" => held(view, event),
        "payment_intent.succeeded" => received(view, event),
        "charge.succeeded" => Some(charged(view, event)),
        "charge.captured" => captured(view.id("/data/object/id"), event),
        "charge.refunded" => refunded(view, event),
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => paid_on_a_page(event),
        "review.closed" => reviewed(view, event),
        _ => match word.says? {
            (Subject::Refund, _) => refund(view, event),
            (Subject::Dispute, effect) => disputed(view, effect, event),
            (subject, effect) => Some(fact(event, subject, effect)),
        },
    }
}

/// What is held for the merchant to capture, with what was captured of it before. An event by which nothing is left to
/// capture says nothing of what was authorised.
fn held(view: &View, event: &Event) -> Option<Fact> {
    let left = event.amount.filter(|left| left.value > 0)?;
    let taken = view.whole("/data/object/amount_received").unwrap_or_default();
    let amount = Some(Amount { value: left.value.checked_add(taken)?, ..left });
    Some(Fact { amount, capture: Some(Capture::Manual), ..fact(event, Subject::Payment, Effect::Succeeded) })
}

/// The money was received: by a capture of the merchant's, which is the charge's, or at once.
fn received(view: &View, event: &Event) -> Option<Fact> {
    if view.text("/data/object/capture_method") == Some("manual") {
        return captured(parse::charge(view), event);
    }
    Some(at_once(event))
}

fn at_once(event: &Event) -> Fact {
    Fact { capture: Some(Capture::Automatic), ..fact(event, Subject::Payment, Effect::Succeeded) }
}

fn charged(view: &View, event: &Event) -> Fact {
    let capture = match view.flag("/data/object/captured") {
        Some(true) => Some(Capture::Automatic),
        Some(false) => Some(Capture::Manual),
        None => None,
    };
    let method = view.owned("/data/object/payment_method_details/card/brand");
    let method = method.or_else(|| view.owned("/data/object/payment_method_details/type"));
    Fact { capture, method, ..fact(event, Subject::Payment, Effect::Succeeded) }
}

/// Without the charge's name it could not be told from the same capture in another event.
fn captured(charge: Option<String>, event: &Event) -> Option<Fact> {
    Some(Fact { part: charge?, ..fact(event, Subject::Capture, Effect::Succeeded) })
}

fn paid_on_a_page(event: &Event) -> Option<Fact> {
    match event.kind {
        Kind::PaymentCaptured => Some(at_once(event)),
        Kind::PaymentPending => Some(fact(event, Subject::Payment, Effect::Pending)),
        _ => None,
    }
}

fn refund(view: &View, event: &Event) -> Option<Fact> {
    let effect = outcome(view.text("/data/object/status")?)?;
    Some(Fact { part: view.id("/data/object/id")?, ..fact(event, Subject::Refund, effect) })
}

fn outcome(status: &str) -> Option<Effect> {
    Some(match status {
        "pending" | "requires_action" => Effect::Pending,
        "succeeded" => Effect::Succeeded,
        "failed" => Effect::Failed,
        "canceled" => Effect::Cancelled,
        _ => return None,
    })
}

/// The newest refund of a charge, where the charge lists them. Since 2022 it does not, and the refund's own events count: a
/// sum without a name could not be told from them, and would be counted twice. A listed one that moved no balance let go
/// of what was never captured.
fn refunded(view: &View, event: &Event) -> Option<Fact> {
    if parse::is_released(view) {
        return Some(fact(event, Subject::Payment, Effect::Cancelled));
    }
    let refunds = view.at("/data/object/refunds/data")?.as_array()?;
    let newest = refunds.iter().max_by_key(|refund| refund.get("created").and_then(Value::as_i64))?;
    let text = |name: &str| newest.get(name).and_then(Value::as_str);
    let amount = currency::amount(newest.get("amount")?.as_i64()?, text("currency")?);
    text("balance_transaction")?;
    let effect = outcome(text("status")?)?;
    Some(Fact { part: text("id")?.to_owned(), amount, ..fact(event, Subject::Refund, effect) })
}

/// What was withdrawn and reinstated is money; the other events move words alone.
fn disputed(view: &View, effect: Effect, event: &Event) -> Option<Fact> {
    let status = view.text("/data/object/status").unwrap_or_default();
    let is_inquiry = status.starts_with("warning");
    let effect = match (effect, status) {
        (Effect::Opened, "warning_needs_response") => Effect::InfoRequested,
        (Effect::Opened, "under_review" | "warning_under_review") => Effect::Defended,
        (Effect::Opened, "won" | "warning_closed") => Effect::Won,
        (Effect::Opened, "lost") => Effect::Lost,
        (effect, _) => effect,
    };
    let due = view.whole("/data/object/evidence_details/due_by").map(Timestamp::from_seconds);
    // The money comes back after the dispute is closed, and its status says how: that it is won is not unsaid by the money.
    let is_won = effect == Effect::ChargebackReversed && status == "won";
    Some(Fact {
        part: view.id("/data/object/id")?,
        standing: is_won.then_some(Standing::Won),
        stage: Some(if is_inquiry { Stage::Information } else { Stage::Chargeback }),
        due_at: due,
        ..fact(event, Subject::Dispute, effect)
    })
}

fn reviewed(view: &View, event: &Event) -> Option<Fact> {
    let effect = match view.text("/data/object/reason")? {
        "approved" => Effect::Succeeded,
        "refunded_as_fraud" => Effect::Refused,
        _ => return None,
    };
    Some(fact(event, Subject::Risk, effect))
}
