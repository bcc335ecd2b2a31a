//! One notification item, with everything that could be said.

use serde::{Deserialize, Serialize};

/// An amount as Adyen writes it: minor units and a currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Amount {
    pub(crate) currency: String,
    pub(crate) value: i64,
}

/// One entry of `additionalData`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Detail {
    pub(crate) name: String,
    pub(crate) text: String,
    /// The webhook setting that lets it out, such as `addAcquirerResult`; nothing when it is always sent.
    pub(crate) setting: Option<String>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) event_code: String,
    pub(crate) success: bool,
    pub(crate) psp_reference: String,
    pub(crate) original_reference: Option<String>,
    /// The webhook setting that lets the original reference out; nothing when it is always sent.
    #[serde(default)]
    pub(crate) original_setting: Option<String>,
    /// Whether only webhooks that name its code hear of it, such as a capture that nobody asked for.
    #[serde(default)]
    pub(crate) only_when_named: bool,
    pub(crate) merchant_account: String,
    pub(crate) merchant_reference: String,
    pub(crate) amount: Amount,
    pub(crate) payment_method: Option<String>,
    pub(crate) reason: Option<String>,
    /// Of an authorisation: what can be done with it.
    pub(crate) operations: Vec<String>,
    pub(crate) details: Vec<Detail>,
}

impl Item {
    /// An item that says no more than it must.
    pub(crate) fn new(code: &str, success: bool, psp_reference: &str, amount: Amount) -> Self {
        Self {
            event_code: code.to_owned(),
            success,
            psp_reference: psp_reference.to_owned(),
            original_reference: None,
            original_setting: None,
            only_when_named: false,
            merchant_account: String::new(),
            merchant_reference: String::new(),
            amount,
            payment_method: None,
            reason: None,
            operations: Vec::new(),
            details: Vec::new(),
        }
    }

    /// Adds an entry of `additionalData` that is always sent.
    pub(crate) fn with(mut self, name: &str, text: impl Into<String>) -> Self {
        self.details.push(Detail { name: name.to_owned(), text: text.into(), setting: None });
        self
    }

    /// Adds an entry that a webhook's setting lets out.
    pub(crate) fn with_if(mut self, setting: &str, name: &str, text: impl Into<String>) -> Self {
        self.details.push(Detail { name: name.to_owned(), text: text.into(), setting: Some(setting.to_owned()) });
        self
    }
}
