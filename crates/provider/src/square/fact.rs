//! What an event says about a payment: the status of its object.

use payhook_domain::event::Event;
use payhook_domain::fact::{Capture, Effect, Fact, Stage, Standing, Subject};
use payhook_domain::time::Timestamp;

use super::parse::Object;
use crate::declared::{Word, fact};

/// What an event says. The rest of it is read already.
pub(super) fn of(object: &Object<'_>, word: &Word, event: &Event) -> Option<Fact> {
    let (subject, _) = word.says?;
    match subject {
        Subject::Payment => paid(object, event),
        Subject::Refund => refunded(object, event),
        _ => disputed(object, event),
    }
}

/// Approved is held, for the merchant to complete or to let go; completed is authorised and captured at once.
fn paid(object: &Object<'_>, event: &Event) -> Option<Fact> {
    let (effect, capture) = match object.status() {
        "PENDING" => (Effect::Pending, None),
        "APPROVED" => (Effect::Succeeded, Some(Capture::Manual)),
        "COMPLETED" => (Effect::Succeeded, Some(Capture::Automatic)),
        "CANCELED" => (Effect::Cancelled, None),
        "FAILED" => (Effect::Failed, None),
        _ => return None,
    };
    let method = object.text("card_details/card/card_brand").or_else(|| object.text("source_type"));
    Some(Fact { capture, method: method.map(str::to_lowercase), ..fact(event, Subject::Payment, effect) })
}

fn refunded(object: &Object<'_>, event: &Event) -> Option<Fact> {
    let effect = match object.status() {
        "PENDING" => Effect::Pending,
        "COMPLETED" => Effect::Succeeded,
        "REJECTED" => Effect::Refused,
        "FAILED" => Effect::Failed,
        _ => return None,
    };
    let said = fact(event, Subject::Refund, effect);
    let leg = object.text("payment_id").unwrap_or_default().to_owned();
    Some(Fact { part: event.provider_reference.clone()?, leg, ..said })
}

/// A lost or accepted dispute gives the payer the money; before, Square keeps it back, and says no event of that.
fn disputed(object: &Object<'_>, event: &Event) -> Option<Fact> {
    let (effect, standing, stage) = match object.status() {
        "INQUIRY_EVIDENCE_REQUIRED" => (Effect::InfoRequested, None, Stage::Information),
        "INQUIRY_PROCESSING" => (Effect::Defended, None, Stage::Information),
        "EVIDENCE_REQUIRED" => (Effect::Opened, None, Stage::Chargeback),
        "PROCESSING" => (Effect::Defended, None, Stage::Chargeback),
        "WON" => (Effect::Won, None, Stage::Chargeback),
        "LOST" => (Effect::ChargedBack, Some(Standing::Lost), Stage::Chargeback),
        "ACCEPTED" => (Effect::ChargedBack, Some(Standing::Accepted), Stage::Chargeback),
        _ => return None,
    };
    let due_at = object.text("due_at").and_then(Timestamp::parse_rfc3339);
    let part = event.provider_reference.clone()?;
    Some(Fact { part, stage: Some(stage), standing, due_at, ..fact(event, Subject::Dispute, effect) })
}
