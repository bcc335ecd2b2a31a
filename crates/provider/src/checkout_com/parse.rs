//! Amounts, references and kinds of an event, whose particulars stand in `data`.

use payhook_domain::event::Event;
use payhook_domain::kind::Kind;
use payhook_domain::money::Amount;
use serde_json::Value;

use super::{codes, fact};
use crate::currency;
use crate::declared::{aliases, occurred_at};
use crate::view::View;

/// What came back: a payment that was captured, or a payout.
const RETURNED: &str = "payment_returned";

/// Adds what the body of an event says.
pub(super) fn fill(body: &[u8], event: &mut Event) {
    let (Some(word), Some(view)) = (codes::word(&event.code), View::of(body)) else { return };
    let is_payout = is_payout(&view, &event.code);
    let is_dispute = event.code.starts_with("dispute_");
    let (payment, reference) =
        if is_dispute { ("/data/payment_id", "/data/payment_reference") } else { ("/data/id", "/data/reference") };
    event.payment = view.owned(payment).filter(|_| !is_payout);
    event.reference = view.owned(reference).or_else(|| view.order("/data/metadata"));
    event.amount = amount(&view, "/data/amount");
    if event.occurred_at.is_none() {
        event.occurred_at = view.owned("/timestamp").map(occurred_at);
    }
    event.aliases =
        aliases(event.payment.as_deref(), [own(&view, is_dispute).filter(|_| word.says.is_some() && !is_payout)]);
    event.kind = word.kind;
    if is_payout && event.code == RETURNED {
        event.kind = Kind::PayoutFailed;
    }
    if event.payment.is_some() {
        event.fact = fact::of(&view, &word, event);
    }
}

/// Whether it is about money that goes out. Of what came back only its accounts tell: a payout is paid from a currency
/// account, to a destination; a payment has a source alone, and mostly its balances.
fn is_payout(view: &View, code: &str) -> bool {
    let from_account = view.text("/data/source/type") == Some("currency_account");
    code == "payment_paid"
        || code == RETURNED && (from_account || view.at("/data/destination").is_some_and(Value::is_object))
}

/// The reference of what happened to the payment: of the capture, the refund, the dispute.
pub(super) fn own(view: &View, is_dispute: bool) -> Option<String> {
    view.owned(if is_dispute { "/data/id" } else { "/data/action_id" })
}

/// The amount at this place, in the units Checkout.com writes: Chilean pesos with two digits that are always zero, though the
/// standard gives them none, and units of account whole.
pub(super) fn amount(view: &View, pointer: &str) -> Option<Amount> {
    let amount = currency::amount(view.whole(pointer)?, view.text("/data/currency")?)?;
    let decimals = match amount.currency.as_str() {
        "CLP" => 2,
        "CLF" => 0,
        _ => amount.decimals,
    };
    Some(Amount { decimals, ..amount })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_in_the_units_the_provider_writes() {
        for (currency, shown) in [("EUR", "5.00 EUR"), ("JPY", "500 JPY"), ("BHD", "0.500 BHD"), ("CLP", "5.00 CLP")] {
            let body = format!(r#"{{"data":{{"amount":500,"currency":"{currency}"}}}}"#);
            let view = View::of(body.as_bytes()).expect("an object");
            assert_eq!(amount(&view, "/data/amount").map(|amount| amount.to_string()).as_deref(), Some(shown));
        }
    }
}
