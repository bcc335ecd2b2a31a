//! One webhook as it is configured at Adyen's side.
//!
//! - `begin`: one of which nothing was said yet.
//! - `keys`: a new key, and what tells one from another.
//! - `trial`: a test notification.

mod begin;
mod keys;
mod trial;

use std::collections::BTreeMap;

use payhook_domain::time::Timestamp;
use payhook_net::{Leniency, TlsVersion};
use serde::{Deserialize, Serialize};

use crate::book::{Act, BookError, Document};
use crate::sender::{Endpoint, Secured};

pub(crate) use keys::{check_value, new_key};
pub(crate) use trial::{CODES as TRIAL_CODES, trial};

/// How its notifications are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    Json,
    /// As a form.
    Http,
    Soap,
}

/// Which merchant accounts a webhook of the company hears about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::enum_variant_names, reason = "the words of the Management API")]
pub(crate) enum Filter {
    AllAccounts,
    IncludeAccounts,
    ExcludeAccounts,
}

/// A key, and since when notifications are signed with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HmacKey {
    /// 64 hexadecimal digits.
    pub(crate) hex: String,
    /// Microseconds of the sandbox's time: a new key takes a while to reach all of Adyen's machines.
    pub(crate) from: i64,
}

/// A webhook. The names of the fields are the Management API's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Webhook {
    pub(crate) id: String,
    /// The account it was made for: the company, or a merchant account.
    pub(crate) account: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) url: String,
    pub(crate) active: bool,
    pub(crate) communication_format: Format,
    pub(crate) description: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) accepts_expired_certificate: bool,
    pub(crate) accepts_self_signed_certificate: bool,
    pub(crate) accepts_untrusted_root_certificate: bool,
    pub(crate) populate_soap_action_header: bool,
    pub(crate) network_type: Option<String>,
    pub(crate) encryption_protocol: String,
    pub(crate) filter_merchant_account_type: Filter,
    pub(crate) filter_merchant_accounts: Vec<String>,
    /// Empty: every code that is sent by default.
    pub(crate) include_event_codes: Vec<String>,
    pub(crate) properties: BTreeMap<String, bool>,
    /// Whether its last notification was not accepted.
    pub(crate) has_error: bool,
    /// Oldest first.
    pub(crate) keys: Vec<HmacKey>,
}

impl Document for Webhook {
    const KIND: &'static str = "adyen webhook";

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &str {
        &self.account
    }
}

impl Webhook {
    /// The key that notifications are signed with at this moment.
    pub(crate) fn key_at(&self, now: Timestamp) -> Option<&HmacKey> {
        self.keys.iter().rev().find(|key| key.from <= now.as_micros()).or(self.keys.first())
    }

    /// The key that the one of this moment has replaced.
    pub(crate) fn replaced_key_at(&self, now: Timestamp) -> Option<&HmacKey> {
        let good = self.keys.iter().rposition(|key| key.from <= now.as_micros())?;
        good.checked_sub(1).map(|before| &self.keys[before])
    }

    /// Where its notifications go now, switched on or not.
    pub(crate) fn endpoint(&self, now: Timestamp) -> Endpoint {
        let soap = self.communication_format == Format::Soap && self.populate_soap_action_header;
        let action = soap.then(|| ("soapaction".to_owned(), "\"sendNotification\"".to_owned()));
        Endpoint {
            key: self.key_at(now).map(|key| key.hex.clone()),
            basic: self.username.clone().zip(self.password.clone()),
            headers: action.into_iter().collect(),
            url: self.url.clone(),
            secured: self.secured(),
        }
    }

    /// What counts when it is called over TLS.
    fn secured(&self) -> Secured {
        let leniency = Leniency {
            expired: self.accepts_expired_certificate,
            self_signed: self.accepts_self_signed_certificate,
            untrusted_root: self.accepts_untrusted_root_certificate,
        };
        let version = match self.encryption_protocol.as_str() {
            "TLSv1.2" => TlsVersion::V12,
            "TLSv1.3" => TlsVersion::V13,
            _ => TlsVersion::Any,
        };
        Secured { leniency, version }
    }

    /// Whether a setting is on.
    pub(crate) fn sets(&self, property: &str) -> bool {
        self.properties.get(property).copied().unwrap_or(false)
    }

    /// Whether it hears of a merchant account; `company` is the account that owns it.
    pub(crate) fn hears_of(&self, merchant: &str, company: &str) -> bool {
        if self.account != company {
            return self.account == merchant;
        }
        let named = self.filter_merchant_accounts.iter().any(|account| account == merchant);
        match self.filter_merchant_account_type {
            Filter::AllAccounts => true,
            Filter::IncludeAccounts => named,
            Filter::ExcludeAccounts => !named,
        }
    }
}

/// Where its notifications go now; nothing when it is gone or switched off.
pub(super) fn endpoint(act: &Act<'_>, id: &str) -> Result<Option<Endpoint>, BookError> {
    let webhook = act.find::<Webhook>(id)?.filter(|webhook| webhook.active);
    Ok(webhook.map(|webhook| webhook.endpoint(act.now)))
}

/// The key that its present one has replaced, if it ever had another.
pub(super) fn replaced_key(act: &Act<'_>, id: &str) -> Result<Option<String>, BookError> {
    let webhook = act.find::<Webhook>(id)?;
    Ok(webhook.and_then(|webhook| webhook.replaced_key_at(act.now).map(|key| key.hex.clone())))
}

/// Shows whether its endpoint took what it was last sent.
pub(super) fn report(act: &Act<'_>, id: &str, accepted: bool) -> Result<(), BookError> {
    match act.find::<Webhook>(id)? {
        Some(webhook) if webhook.has_error == accepted => act.keep(&Webhook { has_error: !accepted, ..webhook }),
        _ => Ok(()),
    }
}
