//! The outcome of a payment, and its end.

use super::about;
use crate::adyen::checkout::acquirer::{answer, avs, cvc};
use crate::adyen::checkout::payment::{Card, Payment, State};
use crate::adyen::notice::Item;

/// The settings that let out what the acquirer said.
const RESULT: &str = "addAcquirerResult";
const RAW: &str = "addRawAcquirerResult";

/// AUTHORISATION: it succeeded, or not.
pub(in crate::adyen::checkout) fn authorisation(payment: &Payment) -> Item {
    let success = payment.state == State::Authorised;
    let mut item = about(payment, "AUTHORISATION", success, &payment.psp_reference, payment.amount.clone());
    item.reason = Some(match (&payment.card, success) {
        (Some(card), true) => format!("{}:{}:{}", payment.auth_code, card.last4, card.expiry),
        (None, true) => String::new(),
        (_, false) => answer(payment.answer).reason.to_owned(),
    });
    if success {
        item.operations = ["CANCEL", "CAPTURE", "REFUND"].map(str::to_owned).to_vec();
        item = item.with_if(RESULT, "authCode", &payment.auth_code);
    }
    if let Some(card) = &payment.card {
        item = with_card(item, payment, card);
    }
    with_shopper(item, payment)
}

fn with_card(item: Item, payment: &Payment, card: &Card) -> Item {
    let (avs, cvc) = (avs(card.avs), cvc(card.cvc));
    let item = item
        .with("cardSummary", &card.last4)
        .with("expiryDate", &card.expiry)
        .with_if(RESULT, "avsResult", avs.written())
        .with_if(RESULT, "cvcResult", cvc.written())
        .with_if(RAW, "acquirerCode", "TestPmmAcquirer")
        .with_if(RAW, "avsResultRaw", avs.raw)
        .with_if(RAW, "cvcResultRaw", cvc.raw)
        .with_if(RAW, "refusalReasonRaw", raw_reason(payment))
        .with_if("includeCardBin", "cardBin", &card.bin)
        .with_if("includeCardHolderName", "cardHolderName", &card.holder)
        .with_if("includeIssuerCountry", "cardIssuingCountry", &card.country)
        .with_if("includeFundingSource", "fundingSource", "CREDIT");
    let offered = card.authenticated.is_some();
    let item = item.with_if("includeThreeDSecureResult", "threeDOffered", offered.to_string()).with_if(
        "includeThreeDSecureResult",
        "threeDAuthenticated",
        (card.authenticated == Some(true)).to_string(),
    );
    if offered { item.with_if("includeThreeDSVersion", "threeDSVersion", "2.1.0") } else { item }
}

/// The acquirer's own word, as Adyen's sample has it.
pub(in crate::adyen::checkout) fn raw_reason(payment: &Payment) -> &'static str {
    if payment.state == State::Authorised { "AUTHORISED" } else { answer(payment.answer).word }
}

fn with_shopper(mut item: Item, payment: &Payment) -> Item {
    let shopper = &payment.shopper;
    if let Some(reference) = &shopper.reference {
        item = item.with("shopperReference", reference);
        if let Some(token) = &shopper.token {
            item = item
                .with("tokenization.store.operationType", "created")
                .with("tokenization.storedPaymentMethodId", token)
                .with("tokenization.shopperReference", reference)
                .with("recurring.recurringDetailReference", token);
        }
    }
    if let Some(email) = &shopper.email {
        item = item.with_if("includeShopperDetail", "shopperEmail", email);
    }
    for (name, value) in &payment.metadata {
        item = item.with(&format!("metadata.{name}"), value);
    }
    item
}

/// EXPIRE: what was not captured expired; the amount is the one first authorised.
pub(in crate::adyen::checkout) fn expired(payment: &Payment) -> Item {
    about(payment, "EXPIRE", true, &payment.psp_reference, payment.amount.clone())
}
