//! The life of a stored card: a token of a shopper, told by type, and as RECURRING_CONTRACT where a webhook names that.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Unfit;
use crate::adyen::checkout::items;
use crate::adyen::checkout::payment::Payment;
use crate::adyen::notice::{TOKEN_WEBHOOK, tell, tell_typed};
use crate::book::{Act, BookError, Document};

/// A stored card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) id: String,
    pub(crate) merchant_account: String,
    pub(crate) shopper_reference: String,
    /// `visa`.
    pub(crate) method: String,
    /// The payment that it was stored with.
    pub(crate) payment: String,
    pub(crate) disabled: bool,
}

impl Document for Token {
    const KIND: &'static str = "adyen token";

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &str {
        &self.merchant_account
    }
}

/// `recurring.token.updated`: the card behind a token changed.
pub(crate) fn token_updated(act: &Act<'_>, token: &str) -> Result<(), Unfit> {
    let token = active(act, token)?;
    let event = act.chance()?.psp_reference();
    Ok(told(act, &token, "recurring.token.updated", &event)?)
}

/// `recurring.token.disabled`: the token cannot be used any more.
pub(crate) fn token_disabled(act: &Act<'_>, token: &str) -> Result<(), Unfit> {
    let token = Token { disabled: true, ..active(act, token)? };
    act.keep(&token)?;
    let event = act.chance()?.psp_reference();
    Ok(told(act, &token, "recurring.token.disabled", &event)?)
}

/// Stores the card of a payment that names its shopper; the caller keeps the payment.
pub(crate) fn store_token(act: &Act<'_>, payment: &mut Payment) -> Result<(), BookError> {
    let token = Token {
        id: act.chance()?.psp_reference(),
        merchant_account: payment.merchant_account.clone(),
        shopper_reference: payment.shopper.reference.clone().unwrap_or_default(),
        method: payment.method.clone(),
        payment: payment.psp_reference.clone(),
        disabled: false,
    };
    payment.shopper.token = Some(token.id.clone());
    act.keep(&token)?;
    told(act, &token, "recurring.token.created", &token.payment)?;
    let mut contract = items::about(payment, "RECURRING_CONTRACT", true, &token.id, payment.in_currency(0));
    contract.original_reference = Some(payment.psp_reference.clone());
    let contract = contract
        .with("recurring.recurringDetailReference", &token.id)
        .with("recurring.shopperReference", &token.shopper_reference)
        .with("shopperReference", &token.shopper_reference);
    tell(act, &contract)
}

fn active(act: &Act<'_>, token: &str) -> Result<Token, Unfit> {
    let found: Token = act.find(token)?.ok_or_else(|| Unfit::Unknown(token.to_owned()))?;
    if found.disabled { Err(Unfit::State("this token is disabled")) } else { Ok(found) }
}

fn told(act: &Act<'_>, token: &Token, word: &str, event: &str) -> Result<(), BookError> {
    let mut data = json!({
        "merchantAccount": token.merchant_account,
        "storedPaymentMethodId": token.id,
        "type": token.method,
        "shopperReference": token.shopper_reference,
    });
    // A disabled one says no operation, as in Adyen's sample.
    if let Some(operation) = word.strip_prefix("recurring.token.").filter(|word| *word != "disabled") {
        data["operation"] = Value::from(operation);
    }
    tell_typed(act, TOKEN_WEBHOOK, word, (event, &token.id), &data)
}
