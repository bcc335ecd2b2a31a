//! Amounts, references and kinds of an event, and what it says about a payment.
//!
//! A subscription may be set to send the whole object, in `_embedded`, or its id alone. With the id the kind is known and the
//! payment, where the event is about the payment itself; how much is not.

use payhook_domain::event::Event;
use payhook_domain::fact::{Capture, Effect, Fact, Stage, Subject};
use payhook_domain::money::{Amount, Currency};

use super::codes;
use crate::currency::decimals;
use crate::declared::{Word, aliases, fact, minor_units};
use crate::view::View;

/// Adds what the body of an event says.
pub(super) fn fill(body: &[u8], event: &mut Event) {
    let Some(view) = View::of(body) else { return };
    event.live = view.text("/_embedded/entity/mode").or_else(|| view.text("/mode")).and_then(live);
    let Some(word) = codes::word(&event.code) else {
        // Of a profile or an invoice no payment is known by.
        event.payment = None;
        return;
    };
    let own = view.owned("/entityId").or_else(|| view.owned("/_embedded/entity/id"));
    event.reference = view.order("/_embedded/entity/metadata");
    event.amount = amount(&view, if is_manual(&view, &event.code) { "amountCaptured" } else { "amount" });
    event.payment = payment(&view, &event.code, own.as_deref());
    event.aliases = aliases(event.payment.as_deref(), [own.clone().filter(|_| word.says.is_some())]);
    event.kind = word.kind;
    event.fact = event.payment.is_some().then(|| says(&view, &word, own, event)).flatten();
}

fn live(mode: &str) -> Option<bool> {
    match mode {
        "live" => Some(true),
        "test" => Some(false),
        _ => None,
    }
}

/// Whether the merchant captured what was paid: then how much was captured stands apart.
fn is_manual(view: &View, code: &str) -> bool {
    code == "payment.paid" && view.text("/_embedded/entity/captureMode") == Some("manual")
}

/// An amount, which Mollie writes as text in whole units.
fn amount(view: &View, field: &str) -> Option<Amount> {
    let part = |name: &str| view.text(&format!("/_embedded/entity/{field}/{name}"));
    let currency = Currency::parse(part("currency")?)?;
    let decimals = decimals(currency);
    Some(Amount { value: minor_units(part("value")?, decimals)?, currency, decimals })
}

/// The payment: the object itself, or the one it names; else the object, until an event names both.
fn payment(view: &View, code: &str, own: Option<&str>) -> Option<String> {
    let own = || own.map(str::to_owned);
    match code.split('.').next()? {
        "payment" => own(),
        "capture" | "refund" | "chargeback" => view.owned("/_embedded/entity/paymentId").or_else(own),
        _ => None,
    }
}

fn says(view: &View, word: &Word, own: Option<String>, event: &Event) -> Option<Fact> {
    let (subject, effect) = word.says?;
    let said = fact(event, subject, effect);
    let method = view.owned("/_embedded/entity/method");
    Some(match subject {
        Subject::Payment if event.code == "payment.authorized" => {
            Fact { method, capture: Some(Capture::Manual), ..said }
        }
        Subject::Payment if effect == Effect::Succeeded => Fact { method, ..paid(view, said) },
        Subject::Payment => Fact { method, ..said },
        _ => {
            let leg = if own == event.payment { String::new() } else { said.leg.clone() };
            let stage = (subject == Subject::Dispute).then_some(Stage::Chargeback);
            Fact { part: own?, leg, stage, ..said }
        }
    })
}

/// Paid: captured at once, or by the merchant. Of the latter a part may be, whose captures then say how much.
fn paid(view: &View, said: Fact) -> Fact {
    let whole = amount(view, "amount");
    let by_itself = !is_manual(view, "payment.paid") || (whole == said.amount && whole.is_some());
    let capture = if by_itself { Capture::Automatic } else { Capture::Manual };
    Fact { amount: whole, capture: Some(capture), ..said }
}
