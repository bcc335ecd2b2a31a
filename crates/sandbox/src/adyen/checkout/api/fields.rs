//! What a body says, or what it should have said. Fields that nobody knows are passed over.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::currencies::is_currency;
use super::refusal::Refusal;
use crate::adyen::checkout::payment::Shopper;
use crate::adyen::notice::Amount;
use crate::book::Act;

/// Largest amount, in minor units: far more than is ever paid, far less than what a sum could overflow with.
const VALUE_MAX: i64 = 1_000_000_000_000;
/// Most entries of `metadata`, as Adyen allows.
const METADATA_MAX: usize = 20;

/// The fields of an object.
#[derive(Clone, Copy)]
pub(super) struct Fields<'b>(&'b Map<String, Value>);

impl<'b> Fields<'b> {
    pub(super) const fn of(object: &'b Map<String, Value>) -> Self {
        Self(object)
    }

    /// The object itself.
    pub(super) const fn object(&self) -> &'b Map<String, Value> {
        self.0
    }

    fn field(&self, name: &str) -> Option<&'b Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text; empty counts as absent.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<&'b str>, Refusal> {
        match self.field(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(Refusal::Invalid(name)),
        }
    }

    /// A text that may be written as a number.
    pub(super) fn digits(&self, name: &'static str) -> Result<Option<String>, Refusal> {
        match self.field(name) {
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            _ => Ok(self.text(name)?.map(str::to_owned)),
        }
    }

    /// A text that has to be there.
    pub(super) fn required(&self, name: &'static str) -> Result<&'b str, Refusal> {
        self.text(name)?.ok_or(Refusal::Missing(name))
    }

    pub(super) fn flag(&self, name: &'static str) -> Result<bool, Refusal> {
        match self.field(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            // Plugins write it so.
            Some(Value::String(flag)) => Ok(flag == "true"),
            Some(_) => Err(Refusal::Invalid(name)),
        }
    }

    /// An object inside.
    pub(super) fn inside(&self, name: &'static str) -> Result<Option<Self>, Refusal> {
        match self.field(name) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(Self(object))),
            Some(_) => Err(Refusal::Invalid(name)),
        }
    }

    /// An amount, if it is there.
    pub(super) fn amount_if_any(&self) -> Result<Option<Amount>, Refusal> {
        let Some(amount) = self.inside("amount")? else { return Ok(None) };
        let currency = amount.text("currency")?.filter(|code| code.len() == 3);
        let currency = currency.filter(|code| code.bytes().all(|byte| byte.is_ascii_uppercase()));
        let value = amount.field("value").and_then(Value::as_i64).filter(|value| (0..=VALUE_MAX).contains(value));
        let (currency, value) = currency.zip(value).ok_or(Refusal::Amount)?;
        if !is_currency(currency) {
            return Err(Refusal::Currency);
        }
        Ok(Some(Amount { currency: currency.to_owned(), value }))
    }

    /// An amount that has to be there; zero is one, as a card that is only stored has it.
    pub(super) fn amount(&self) -> Result<Amount, Refusal> {
        self.amount_if_any()?.ok_or(Refusal::Null("amount"))
    }

    /// The merchant account, which has to be one of ours.
    pub(super) fn merchant_account(&self, act: &Act<'_>) -> Result<String, Refusal> {
        let account = self.text("merchantAccount").ok().flatten().unwrap_or_default();
        if act.accounts().has_merchant(account) { Ok(account.to_owned()) } else { Err(Refusal::MerchantAccount) }
    }

    /// Where the shopper comes back to.
    pub(super) fn return_url(&self) -> Result<String, Refusal> {
        let url = self.text("returnUrl")?.ok_or(Refusal::ReturnUrl)?;
        let leads_somewhere = url::Url::parse(url).is_ok_and(|url| !url.cannot_be_a_base());
        if leads_somewhere { Ok(url.to_owned()) } else { Err(Refusal::Invalid("returnUrl")) }
    }

    /// Who pays, as far as it is said.
    pub(super) fn shopper(&self) -> Result<Shopper, Refusal> {
        let store = self.flag("storePaymentMethod")?
            || self.text("storePaymentMethodMode")? == Some("enabled")
            || self.flag("enableRecurring")?;
        let text = |name| self.text(name).map(|text| text.map(str::to_owned));
        Ok(Shopper { reference: text("shopperReference")?, email: text("shopperEmail")?, store, token: None })
    }

    /// The merchant's own pairs, which come back with the notification.
    pub(super) fn metadata(&self) -> Result<BTreeMap<String, String>, Refusal> {
        let Some(metadata) = self.inside("metadata")? else { return Ok(BTreeMap::new()) };
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if metadata.0.len() > METADATA_MAX {
            return Err(Refusal::Invalid("metadata"));
        }
        Ok(metadata.0.iter().map(|(name, value)| (name.clone(), text(value))).collect())
    }

    /// A text as the caller keeps it.
    pub(super) fn own(&self, name: &'static str) -> Result<Option<String>, Refusal> {
        Ok(self.text(name)?.map(str::to_owned))
    }
}
