//! How a payment is answered: what came of it, or where the shopper has to go.

use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use crate::adyen::checkout::acquirer::{APPROVED, answer, avs, cvc};
use crate::adyen::checkout::items::raw_reason;
use crate::adyen::checkout::order::Order;
use crate::adyen::checkout::payment::{Card, Payment, State};
use crate::book::Act;

/// The answer of `/payments` and `/payments/details`.
pub(super) fn outcome(act: &Act<'_>, payment: &Payment) -> Result<Value, Refusal> {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("pspReference", json!(payment.psp_reference));
    put("resultCode", json!(result_code(payment)));
    put("merchantReference", json!(payment.reference));
    put("amount", json!(payment.amount));
    put(
        "paymentMethod",
        json!({ "type": if payment.card.is_some() { "scheme" } else { &payment.method }, "brand": payment.method }),
    );
    if let Some(card) = &payment.card {
        put("additionalData", additional(payment, card));
    }
    if payment.state == State::Started {
        put("action", action(act, payment));
    } else if payment.answer != APPROVED && payment.state != State::Abandoned {
        put("refusalReason", json!(answer(payment.answer).reason));
        put("refusalReasonCode", json!(payment.answer.to_string()));
    }
    if let Some(order) = payment.origin.order.as_ref().map(|id| act.find::<Order>(id)).transpose()?.flatten() {
        let remaining = payment.in_currency(order.remaining());
        put(
            "order",
            json!({ "pspReference": order.psp_reference, "orderData": order.data, "amount": order.amount,
                "remainingAmount": remaining, "reference": order.reference }),
        );
    }
    Ok(Value::Object(body))
}

/// What came of it, in the API's word.
pub(super) fn result_code(payment: &Payment) -> &'static str {
    match payment.state {
        State::Started => "RedirectShopper",
        State::Pending => "Received",
        State::Authorised => "Authorised",
        State::Refused => "Refused",
        State::Error => "Error",
        State::Cancelled | State::Abandoned => "Cancelled",
    }
}

fn action(act: &Act<'_>, payment: &Payment) -> Value {
    let kind = if payment.card.is_some() { "scheme" } else { payment.method.as_str() };
    let url = act.address(&format!("/adyen/redirect/{}", payment.psp_reference));
    json!({ "type": "redirect", "method": "GET", "paymentMethodType": kind, "url": url })
}

fn additional(payment: &Payment, card: &Card) -> Value {
    let mut data = json!({ "cardBin": card.bin, "cardSummary": card.last4, "expiryDate": card.expiry,
        "paymentMethod": payment.method, "fundingSource": "CREDIT", "cardIssuingCountry": card.country });
    let (avs, cvc) = (avs(card.avs), cvc(card.cvc));
    if payment.state != State::Started && payment.state != State::Pending {
        data["avsResult"] = json!(avs.written());
        data["avsResultRaw"] = json!(avs.raw);
        data["cvcResult"] = json!(cvc.written());
        data["cvcResultRaw"] = json!(cvc.raw);
        data["acquirerCode"] = json!("TestPmmAcquirer");
        data["refusalReasonRaw"] = json!(raw_reason(payment));
    }
    if payment.state == State::Authorised {
        data["authCode"] = json!(payment.auth_code);
    }
    if let Some(authenticated) = card.authenticated {
        data["threeDOffered"] = json!("true");
        data["threeDAuthenticated"] = json!(authenticated.to_string());
    }
    if let Some(token) = &payment.shopper.token {
        data["tokenization.storedPaymentMethodId"] = json!(token);
        data["tokenization.store.operationType"] = json!("created");
    }
    data
}
