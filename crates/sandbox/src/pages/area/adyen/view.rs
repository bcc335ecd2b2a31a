//! A webhook as its page shows it. Never its password, and a key only by its check value.

use minijinja::{Value, context};

use super::choices;
use crate::accounts::Accounts;
use crate::adyen::webhook::{Filter, Format, HmacKey, TRIAL_CODES, Webhook, check_value};
use crate::book::Act;
use crate::pages::area::fields::Mistakes;

/// A line of the list.
pub(super) fn line(act: &Act<'_>, webhook: &Webhook) -> Value {
    context! {
        id => &webhook.id, url => &webhook.url, account => &webhook.account, active => &webhook.active,
        description => &webhook.description, format => format(webhook.communication_format),
        key => webhook.key_at(act.now).and_then(|key| check_value(&key.hex)),
        failing => &webhook.has_error,
    }
}

/// All of it, with its keys, newest first.
pub(super) fn whole(act: &Act<'_>, webhook: &Webhook) -> Value {
    let signing = webhook.key_at(act.now);
    let keys = webhook.keys.iter().rev().map(|key| self::key(key, signing, act.now.as_micros()));
    context! {
        webhook => line(act, webhook),
        keys => keys.collect::<Vec<_>>(),
        trial_codes => TRIAL_CODES,
        ..form(webhook, act.accounts(), &Mistakes::new())
    }
}

/// Its form, with what is wrong about what was typed.
pub(super) fn form(webhook: &Webhook, accounts: &Accounts, mistakes: &Mistakes) -> Value {
    let merchants = accounts.merchants.iter();
    let filtered = |name: &String| webhook.filter_merchant_accounts.contains(name);
    let merchants = merchants.map(|name| context! { name, on => filtered(name) }).collect::<Vec<_>>();
    context! {
        id => &webhook.id, account => &webhook.account, url => &webhook.url, description => &webhook.description,
        active => &webhook.active, format => format(webhook.communication_format),
        soap_action => &webhook.populate_soap_action_header,
        encryption => &webhook.encryption_protocol, certificates => certificates(webhook),
        username => &webhook.username, has_password => webhook.password.is_some(),
        kind => &webhook.kind, standard => webhook.kind == choices::KINDS[0].0,
        kinds => choices::KINDS.map(|(name, label)| context! { name, label }).to_vec(),
        codes => choices::offered(webhook), chosen => &webhook.include_event_codes,
        settings => choices::settings(webhook),
        company => &accounts.company, merchants,
        filter => match webhook.filter_merchant_account_type {
            Filter::AllAccounts => "all",
            Filter::IncludeAccounts => "include",
            Filter::ExcludeAccounts => "exclude",
        },
        mistakes,
    }
}

/// What it accepts of certificates, for people.
fn certificates(webhook: &Webhook) -> Vec<Value> {
    let mut webhook = webhook.clone();
    choices::certificates(&mut webhook).map(|(name, label, on)| context! { name, label, on => *on }).to_vec()
}

fn key(key: &HmacKey, signing: Option<&HmacKey>, now: i64) -> Value {
    let stands = match signing {
        Some(signing) if signing == key => "signs",
        _ if key.from > now => "spreads",
        _ => "replaced",
    };
    context! { check_value => check_value(&key.hex), from => key.from, stands }
}

/// The word of the Management API.
fn format(format: Format) -> &'static str {
    match format {
        Format::Json => "json",
        Format::Http => "http",
        Format::Soap => "soap",
    }
}
