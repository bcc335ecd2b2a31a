//! References and kinds of an event, and what it says about a payment.
//!
//! An event names what it is about and never how much: an amount is absent, and the payment's totals stay at nothing while
//! its status moves.

use payhook_domain::event::Event;
use payhook_domain::fact::{Effect, Fact, Subject};
use payhook_domain::kind::Kind;

use super::codes;
use crate::declared::{Word, aliases, fact};
use crate::view::View;

/// Adds what one event of a notification says.
pub(super) fn fill(item: &[u8], event: &mut Event) {
    let (Some(word), Some(view)) = (codes::word(&event.code), View::of(item)) else { return };
    event.reference = view.order("/resource_metadata").or_else(|| view.order("/metadata"));
    let own = own(&view, &event.code);
    event.provider_reference.clone_from(&own);
    event.payment = payment(&view, &event.code, own.as_deref());
    let refund = own.filter(|_| event.code.starts_with("refunds."));
    event.aliases = aliases(event.payment.as_deref(), [refund.clone()]);
    event.kind = word.kind;
    let retries = view.flag("/details/will_attempt_retry") == Some(true);
    if word.kind == Kind::PaymentFailed && retries {
        event.kind = Kind::PaymentRefused;
    }
    event.fact = event.payment.is_some().then(|| says(&word, retries, refund, event)).flatten();
}

/// The resource that an event is about: of `refunds` the refund.
fn own(view: &View, code: &str) -> Option<String> {
    let kind = code.split('.').next().and_then(|kind| kind.strip_suffix('s'))?;
    view.owned(&format!("/links/{kind}"))
}

/// The payment it is about: a refund's, where it names one, else the refund itself until an event names both.
fn payment(view: &View, code: &str, own: Option<&str>) -> Option<String> {
    let is_about_one = code.starts_with("payments.") || code.starts_with("refunds.");
    let named = || view.owned("/links/payment").or_else(|| own.map(str::to_owned));
    is_about_one.then(named).flatten()
}

/// A try that the provider repeats by itself was refused; the payment goes on.
fn says(word: &Word, retries: bool, refund: Option<String>, event: &Event) -> Option<Fact> {
    let (subject, effect) = word.says?;
    let effect =
        if effect == Effect::Failed && subject == Subject::Payment && retries { Effect::Refused } else { effect };
    let said = fact(event, subject, effect);
    Some(match subject {
        Subject::Refund => {
            let leg = if refund == event.payment { String::new() } else { said.leg.clone() };
            Fact { part: refund?, leg, ..said }
        }
        // A payment is charged back once: its own reference is the dispute's.
        Subject::Dispute => Fact { part: said.leg.clone(), ..said },
        _ => said,
    })
}
