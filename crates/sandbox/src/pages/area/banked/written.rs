//! What a form says of a webhook.

use crate::banked::webhook::Webhook;
use crate::banked::webhook::rules::{PER_EVENT_MAX, can_lead_to, can_sign, crowded, events};
use crate::book::{Act, BookError};
use crate::pages::area::fields::{Fields, Mistakes};

/// Writes it into a webhook, and says what is wrong with it. What cannot be used is written, too: it is shown again.
pub(super) fn apply(act: &Act<'_>, fields: &Fields, webhook: &mut Webhook) -> Result<Mistakes, BookError> {
    let mut mistakes = Mistakes::new();
    webhook.target_url = fields.text("url");
    if !can_lead_to(&webhook.target_url) {
        let cure = "an https URL is needed, or an http one on this machine, such as http://127.0.0.1:8080/in/banked";
        mistakes.insert("url", cure.to_owned());
    }
    webhook.events = fields.chosen("event", events());
    if webhook.events.is_empty() {
        mistakes.insert("events", "choose what it is to hear of".to_owned());
    }
    if let Some(event) = crowded(act, webhook)? {
        mistakes.insert("events", format!("{PER_EVENT_MAX} webhooks hear of {event} already; delete one of them"));
    }
    // The key is never shown, so that an empty field leaves it.
    if let Some(key) = fields.some("key") {
        if let Err(mistake) = can_sign(&key) {
            mistakes.insert("key", mistake);
        }
        webhook.take_key(act, Some(key))?;
    }
    Ok(mistakes)
}
