//! What a form says of a webhook.

use super::choices::{ENCRYPTIONS, KINDS, SETTINGS, certificates, codes};
use crate::accounts::Accounts;
use crate::adyen::webhook::{Filter, Format, Webhook};
use crate::pages::area::fields::{Fields, Mistakes, reachable};

/// Longest user name and password, in characters; Adyen's own bound.
const CREDENTIAL_MAX: usize = 255;

/// Writes it into a webhook, and says what is wrong with it. What cannot be used is written, too: it is shown again.
pub(super) fn apply(fields: &Fields, webhook: &mut Webhook, accounts: &Accounts) -> Mistakes {
    let mut mistakes = Mistakes::new();
    webhook.url = fields.text("url");
    if !reachable(&webhook.url) {
        mistakes.insert("url", "an http or https URL is needed, such as http://127.0.0.1:8080/in/adyen".to_owned());
    }
    webhook.description = fields.some("description");
    webhook.active = fields.ticked("active");
    webhook.communication_format = format(&fields.text("format"));
    webhook.populate_soap_action_header = fields.ticked("soap_action");
    security(fields, webhook);
    credentials(fields, webhook, &mut mistakes);
    webhook.include_event_codes = fields.chosen("code", codes());
    for (name, ..) in SETTINGS {
        webhook.properties.insert(name.to_owned(), fields.all("setting").any(|set| set == name));
    }
    if webhook.account == accounts.company {
        filter(fields, webhook, accounts, &mut mistakes);
    }
    mistakes
}

/// The account it is to be made for: the company, unless a merchant account of it is named.
pub(super) fn account(fields: &Fields, accounts: &Accounts) -> String {
    let named = fields.text("account");
    if accounts.has_merchant(&named) { named } else { accounts.company.clone() }
}

/// What it is to hear of: payments, unless another kind is named.
pub(super) fn kind(fields: &Fields) -> String {
    let named = fields.text("kind");
    KINDS.iter().map(|(kind, _)| *kind).find(|kind| *kind == named).unwrap_or(KINDS[0].0).to_owned()
}

fn format(word: &str) -> Format {
    match word {
        "http" => Format::Http,
        "soap" => Format::Soap,
        _ => Format::Json,
    }
}

fn security(fields: &Fields, webhook: &mut Webhook) {
    let named = fields.text("encryption");
    let known = ENCRYPTIONS.into_iter().find(|word| *word == named);
    known.unwrap_or(ENCRYPTIONS[0]).clone_into(&mut webhook.encryption_protocol);
    for (name, _, accepted) in certificates(webhook) {
        *accepted = fields.all("certificate").any(|ticked| ticked == name);
    }
}

/// A password is never shown, so that an empty field leaves it; without a user name there is none.
fn credentials(fields: &Fields, webhook: &mut Webhook, mistakes: &mut Mistakes) {
    webhook.username = fields.some("username");
    webhook.password = fields.some("password").or(webhook.password.take()).filter(|_| webhook.username.is_some());
    if webhook.username.is_some() && webhook.password.is_none() {
        mistakes.insert("password", "Basic auth needs a password beside the user name".to_owned());
    }
    if webhook.username.as_ref().is_some_and(|name| name.contains(':')) {
        mistakes.insert("username", "a user name has no colon in it".to_owned());
    }
    for (name, value) in [("username", &webhook.username), ("password", &webhook.password)] {
        if value.as_ref().is_some_and(|value| value.chars().count() > CREDENTIAL_MAX) {
            mistakes.insert(name, format!("at most {CREDENTIAL_MAX} characters"));
        }
    }
}

fn filter(fields: &Fields, webhook: &mut Webhook, accounts: &Accounts, mistakes: &mut Mistakes) {
    webhook.filter_merchant_account_type = match fields.text("filter").as_str() {
        "include" => Filter::IncludeAccounts,
        "exclude" => Filter::ExcludeAccounts,
        _ => Filter::AllAccounts,
    };
    webhook.filter_merchant_accounts = fields.chosen("merchant", accounts.merchants.iter().cloned());
    let names_some = webhook.filter_merchant_account_type != Filter::AllAccounts;
    if names_some && webhook.filter_merchant_accounts.is_empty() {
        mistakes.insert("filter", "name at least one merchant account, or choose all".to_owned());
    }
}
