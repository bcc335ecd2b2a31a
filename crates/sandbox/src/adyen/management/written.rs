//! What a request says of a webhook: everything for a new one, anything for a change.

use std::collections::BTreeMap;

use url::Url;

use super::fields::Fields;
use super::properties::PROPERTIES;
use super::refusal::Refusal;
use super::scope::{Level, Scope};
use crate::accounts::Accounts;
use crate::adyen::webhook::{Filter, Format, Webhook};

/// What can be subscribed to.
const TYPES: [&str; 14] = [
    "standard",
    "account-settings-notification",
    "banktransfer-notification",
    "boletobancario-notification",
    "directdebit-notification",
    "ach-notification-of-change-notification",
    "direct-debit-notice-of-change-notification",
    "pending-notification",
    "ideal-notification",
    "ideal-pending-notification",
    "report-notification",
    "rreq-notification",
    "terminal-settings",
    "terminal-boarding",
];
const FORMATS: [(&str, Format); 3] = [("http", Format::Http), ("json", Format::Json), ("soap", Format::Soap)];
const FILTERS: [(&str, Filter); 3] = [
    ("allAccounts", Filter::AllAccounts),
    ("excludeAccounts", Filter::ExcludeAccounts),
    ("includeAccounts", Filter::IncludeAccounts),
];
const NETWORKS: [(&str, &str); 2] = [("local", "local"), ("public", "public")];
const ENCRYPTIONS: [(&str, &str); 3] = [("HTTP", "HTTP"), ("TLSv1.2", "TLSv1.2"), ("TLSv1.3", "TLSv1.3")];
/// Characters of a text, as Adyen bounds user names.
const TEXT_MAX: usize = 255;
/// Characters of a URL.
const URL_MAX: usize = 2_048;
/// Accounts or codes in a list.
const LIST_MAX: usize = 200;

/// What was written; nothing where nothing was.
#[derive(Default)]
pub(super) struct Written {
    kind: Option<&'static str>,
    url: Option<String>,
    active: Option<bool>,
    format: Option<Format>,
    description: Option<String>,
    username: Option<String>,
    password: Option<String>,
    expired: Option<bool>,
    self_signed: Option<bool>,
    untrusted: Option<bool>,
    soap_action: Option<bool>,
    network: Option<&'static str>,
    encryption: Option<&'static str>,
    filter: Option<Filter>,
    accounts: Option<Vec<String>>,
    codes: Option<Vec<String>>,
    properties: BTreeMap<String, bool>,
}

impl Written {
    /// Reads what makes a new webhook.
    pub(super) fn new_one(body: &[u8], scope: &Scope, accounts: &Accounts) -> Result<Self, Refusal> {
        let mut fields = Fields::read(body)?;
        let kind = fields.word("type", &TYPES.map(|word| (word, word)));
        let written = Self { kind, ..Self::common(&mut fields, scope, accounts) };
        fields.require("type", written.kind.is_some());
        fields.require("url", written.url.is_some());
        fields.require("active", written.active.is_some());
        fields.require("communicationFormat", written.format.is_some());
        if scope.level == Level::Company {
            fields.require("filterMerchantAccountType", written.filter.is_some());
            let names_some = matches!(written.filter, Some(Filter::IncludeAccounts | Filter::ExcludeAccounts));
            fields.require("filterMerchantAccounts", written.accounts.is_some() || !names_some);
        }
        fields.close()?;
        Ok(written)
    }

    /// Reads what changes one. What it is subscribed to stays as it is, so `type` is not known here.
    pub(super) fn change(body: &[u8], scope: &Scope, accounts: &Accounts) -> Result<Self, Refusal> {
        let mut fields = Fields::read(body)?;
        let written = Self::common(&mut fields, scope, accounts);
        fields.close()?;
        Ok(written)
    }

    fn common(fields: &mut Fields, scope: &Scope, accounts: &Accounts) -> Self {
        let mut written = Self {
            kind: None,
            url: url(fields),
            active: fields.flag("active"),
            format: fields.word("communicationFormat", &FORMATS),
            description: fields.text("description", TEXT_MAX),
            username: fields.text("username", TEXT_MAX),
            password: fields.text("password", TEXT_MAX),
            expired: fields.flag("acceptsExpiredCertificate"),
            self_signed: fields.flag("acceptsSelfSignedCertificate"),
            untrusted: fields.flag("acceptsUntrustedRootCertificate"),
            soap_action: fields.flag("populateSoapActionHeader"),
            network: fields.word("networkType", &NETWORKS),
            encryption: fields.word("encryptionProtocol", &ENCRYPTIONS),
            ..Self::default()
        };
        if scope.level == Level::Company {
            written.filter = fields.word("filterMerchantAccountType", &FILTERS);
            written.accounts = filtered(fields, accounts);
        }
        if let Some(mut settings) = fields.enter("additionalSettings") {
            written.codes = codes(&mut settings);
            written.properties = properties(&mut settings);
            fields.leave(settings);
        }
        written
    }

    /// Writes it into a webhook; what was not written stays.
    pub(super) fn apply(self, webhook: &mut Webhook) {
        put(&mut webhook.kind, self.kind.map(str::to_owned));
        put(&mut webhook.url, self.url);
        put(&mut webhook.active, self.active);
        put(&mut webhook.communication_format, self.format);
        put(&mut webhook.description, self.description.map(Some));
        put(&mut webhook.username, self.username.map(given));
        put(&mut webhook.password, self.password.map(given));
        put(&mut webhook.accepts_expired_certificate, self.expired);
        put(&mut webhook.accepts_self_signed_certificate, self.self_signed);
        put(&mut webhook.accepts_untrusted_root_certificate, self.untrusted);
        put(&mut webhook.populate_soap_action_header, self.soap_action);
        put(&mut webhook.network_type, self.network.map(|word| Some(word.to_owned())));
        put(&mut webhook.encryption_protocol, self.encryption.map(str::to_owned));
        put(&mut webhook.filter_merchant_account_type, self.filter);
        put(&mut webhook.filter_merchant_accounts, self.accounts);
        put(&mut webhook.include_event_codes, self.codes);
        webhook.properties.extend(self.properties);
    }
}

fn put<T>(place: &mut T, written: Option<T>) {
    if let Some(written) = written {
        *place = written;
    }
}

/// An empty text takes away what was there.
fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn url(fields: &mut Fields) -> Option<String> {
    let text = fields.text("url", URL_MAX)?;
    let reachable = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if !reachable {
        fields.wrong("url", &text, "must be an http or https URL");
    }
    reachable.then_some(text)
}

fn filtered(fields: &mut Fields, accounts: &Accounts) -> Option<Vec<String>> {
    let named = fields.texts("filterMerchantAccounts", LIST_MAX)?;
    for foreign in named.iter().filter(|account| !accounts.has_merchant(account)) {
        fields.wrong("filterMerchantAccounts", foreign, "is no merchant account of this company");
    }
    Some(named)
}

/// Any code in capitals: there are more than are documented.
fn codes(settings: &mut Fields) -> Option<Vec<String>> {
    let named = settings.texts("includeEventCodes", LIST_MAX)?;
    let is_code = |code: &str| !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    for odd in named.iter().filter(|code| !is_code(code)) {
        settings.wrong("includeEventCodes", odd, "is no event code");
    }
    Some(named)
}

fn properties(settings: &mut Fields) -> BTreeMap<String, bool> {
    let Some(mut inner) = settings.enter("properties") else { return BTreeMap::new() };
    let known = inner.names().into_iter().filter(|name| PROPERTIES.contains(&name.as_str())).collect::<Vec<_>>();
    let properties = known.into_iter().filter_map(|name| inner.flag(&name).map(|on| (name, on))).collect();
    settings.leave(inner);
    properties
}
