//! What a shopper pays by, as a request or a form says it.

use super::fields::Fields;
use super::refusal::Refusal;
use crate::adyen::checkout::acquirer::{brand, is_number};
use crate::adyen::checkout::pay::{CardGiven, Instrument, REDIRECTS};

/// How Adyen's test platform writes a field as if its own page had encrypted it.
const ENCRYPTED: &str = "test_";
/// Digits of a security code.
const CVC_DIGITS: std::ops::RangeInclusive<usize> = 3..=4;

/// The `paymentMethod` of a request.
pub(super) fn instrument(method: Fields<'_>) -> Result<Instrument, Refusal> {
    let kind = method.text("type")?.unwrap_or("scheme");
    if REDIRECTS.contains(&kind) {
        return Ok(Instrument::Redirect(kind.to_owned()));
    }
    if !matches!(kind, "scheme" | "card" | "networkToken" | "applepay" | "googlepay") {
        return Err(Refusal::NotSupported);
    }
    let number = either(method, "number", "encryptedCardNumber")?.ok_or(Refusal::NotSupported)?;
    let month = either(method, "expiryMonth", "encryptedExpiryMonth")?.ok_or(Refusal::Missing("expiryMonth"))?;
    let year = either(method, "expiryYear", "encryptedExpiryYear")?.ok_or(Refusal::Missing("expiryYear"))?;
    let cvc = either(method, "cvc", "encryptedSecurityCode")?;
    let holder = method.text("holderName")?.unwrap_or_default();
    typed(&number, (&month, &year), cvc.as_deref(), holder)
}

/// A field as it is, or as if encrypted.
fn either(method: Fields<'_>, plain: &'static str, encrypted: &'static str) -> Result<Option<String>, Refusal> {
    if let Some(plain) = method.digits(plain)? {
        return Ok(Some(plain));
    }
    let Some(text) = method.text(encrypted)? else { return Ok(None) };
    text.strip_prefix(ENCRYPTED).map(|text| Some(text.to_owned())).ok_or(Refusal::Invalid(encrypted))
}

/// A card as it was typed in.
pub(in crate::adyen::checkout) fn typed(
    number: &str,
    (month, year): (&str, &str),
    cvc: Option<&str>,
    holder: &str,
) -> Result<Instrument, Refusal> {
    let number: String = number.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
    if !is_number(&number) || brand(&number).is_none() {
        return Err(Refusal::CardNumber);
    }
    let month =
        month.trim().parse().ok().filter(|month| (1..=12).contains(month)).ok_or(Refusal::Invalid("expiryMonth"))?;
    let year: u16 = year.trim().parse().map_err(|_| Refusal::Invalid("expiryYear"))?;
    let year = if year < 100 { 2000 + year } else { year };
    let cvc = cvc.map(str::trim).filter(|cvc| !cvc.is_empty());
    let digits = |cvc: &str| CVC_DIGITS.contains(&cvc.len()) && cvc.bytes().all(|byte| byte.is_ascii_digit());
    if cvc.is_some_and(|cvc| !digits(cvc)) {
        return Err(Refusal::Invalid("cvc"));
    }
    let holder = holder.trim().to_owned();
    Ok(Instrument::Card(CardGiven { number, month, year, cvc: cvc.map(str::to_owned), holder }))
}
