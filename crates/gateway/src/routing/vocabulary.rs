//! Words of closed lists that a condition asks for: what is not among them is never equal to what an event has there.

use payhook_domain::kind::Kind;
use payhook_domain::money::Currency;
use payhook_domain::proof::Proof;

use super::when::Wrong;
use crate::config::words::nearest::nearest;

/// Refuses a text that this field of an event never is.
pub(super) fn check(field: &str, text: &str) -> Result<(), Wrong> {
    match field {
        "kind" | "type" => kind(text),
        "amount.currency" => currency(text),
        "proof" => proof(text),
        _ => Ok(()),
    }
}

/// Refuses the beginning of a kind with which none begins.
pub(super) fn check_prefix_of_kinds(prefix: &str) -> Result<(), Wrong> {
    if Kind::ALL.iter().any(|kind| kind.as_str().starts_with(prefix)) {
        return Ok(());
    }
    let what = format!("asks for kinds that begin with '{}', which none does", prefix.escape_debug());
    Err(Wrong::new(what, "they begin with 'payment.', 'refund.', 'dispute.', 'payout.'"))
}

fn kind(text: &str) -> Result<(), Wrong> {
    let mut kinds = Kind::ALL.iter().map(|kind| kind.as_str());
    if kinds.clone().any(|kind| kind == text) {
        return Ok(());
    }
    let near = nearest(text, kinds.by_ref()).map(|near| format!("did you mean '{near}'?"));
    let hint = near
        .unwrap_or_else(|| "a provider's own code is event.code; kinds are such as 'payment.authorised'".to_owned());
    Err(Wrong::new(format!("asks for the kind '{}', which there is not", text.escape_debug()), hint))
}

/// Whatever a provider writes, an event has its currency in capitals.
fn currency(text: &str) -> Result<(), Wrong> {
    if Currency::parse(text).is_some() {
        return Ok(());
    }
    let capitals = Currency::parse(&text.to_ascii_uppercase());
    let hint = capitals.map_or_else(
        || "currencies are three capitals: 'EUR'".to_owned(),
        |currency| format!("write '{}': an event has it in capitals, whatever its provider writes", currency.as_str()),
    );
    Err(Wrong::new(format!("asks for the currency '{}', which no event has", text.escape_debug()), hint))
}

fn proof(text: &str) -> Result<(), Wrong> {
    if Proof::parse(text).is_some() {
        return Ok(());
    }
    let what = format!("asks for the proof '{}', which no event has", text.escape_debug());
    Err(Wrong::new(what, "it is 'signed', 'unsigned' or 'body_not_covered'"))
}
