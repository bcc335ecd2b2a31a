//! What a form says of a webhook.

use payhook_provider::by_name;

use super::view::events;
use crate::banked::webhook::Webhook;
use crate::pages::area::fields::{Fields, Mistakes, reachable};

/// Writes it into a webhook, and says what is wrong with it. What cannot be used is written, too: it is shown again.
pub(super) fn apply(fields: &Fields, webhook: &mut Webhook) -> Mistakes {
    let mut mistakes = Mistakes::new();
    webhook.target_url = fields.text("url");
    if !reachable(&webhook.target_url) || !is_private_enough(&webhook.target_url) {
        let cure = "an https URL is needed, or an http one on this machine, such as http://127.0.0.1:8080/in/banked";
        mistakes.insert("url", cure.to_owned());
    }
    webhook.events = fields.chosen("event", events());
    if webhook.events.is_empty() {
        mistakes.insert("events", "choose what it is to hear of".to_owned());
    }
    // The key is never shown, so that an empty field leaves it.
    if let Some(key) = fields.some("key") {
        if let Err(mistake) = usable(&key) {
            mistakes.insert("key", mistake);
        }
        webhook.signature_key = Some(key);
    }
    mistakes
}

/// Banked asks for HTTPS; what never leaves this machine needs none.
fn is_private_enough(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        let loopback = match url.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        };
        url.scheme() == "https" || loopback
    })
}

/// Whether notifications can be signed with this key.
fn usable(key: &str) -> Result<(), String> {
    let provider = by_name("banked").ok_or("cannot be judged here")?;
    provider.key("signature_key", key).map(drop).map_err(|mistake| mistake.to_string())
}
