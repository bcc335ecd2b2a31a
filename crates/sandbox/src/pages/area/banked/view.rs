//! A webhook as its pages show it. Its key is the merchant's own, and not shown again.

use minijinja::{Value, context};

use crate::banked::webhook::Webhook;
use crate::banked::webhook::rules::events;
use crate::pages::area::fields::Mistakes;

/// A line of the list.
pub(super) fn line(webhook: &Webhook) -> Value {
    context! {
        id => &webhook.id, url => &webhook.target_url, events => &webhook.events, created => &webhook.created_at,
        key => webhook.signature_key.is_some(),
    }
}

/// Its form, with what is wrong about what was typed.
pub(super) fn form(webhook: &Webhook, mistakes: &Mistakes) -> Value {
    let chosen = |name: &str| webhook.events.iter().any(|event| event == name);
    let events = events().map(|name| context! { name, on => chosen(name) }).collect::<Vec<_>>();
    context! {
        webhook => line(webhook), id => &webhook.id, url => &webhook.target_url, events,
        has_key => webhook.signature_key.is_some(), mistakes,
    }
}
