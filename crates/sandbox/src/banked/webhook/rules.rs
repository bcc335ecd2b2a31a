//! What a webhook can be: where it may lead, what it may hear of, which key may sign, and how many hear of one event.
//! The API and the customer area ask here.

use payhook_provider::by_name;
use url::{Host, Url};

use super::Webhook;
use crate::book::{Act, BookError};

/// Most webhooks that hear of one event.
pub(crate) const PER_EVENT_MAX: usize = 5;

/// Whether notifications can go there: over HTTPS, as Banked asks; what never leaves this machine needs none.
pub(crate) fn can_lead_to(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url))
}

/// Banked's events. The bare words are those of v3 mandates, which a v2 webhook does not hear.
pub(crate) fn events() -> impl Iterator<Item = &'static str> {
    let all = by_name("banked").map(|provider| provider.codes()).unwrap_or_default();
    all.iter().map(|row| row.code).filter(|code| code.contains('_'))
}

/// Whether notifications can be signed with this key.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn can_sign(key: &str) -> Result<(), String> {
    let provider = by_name("banked").ok_or("cannot be judged here")?;
    provider.key("signature_key", key).map(drop).map_err(|mistake| mistake.to_string())
}

/// The first event it names of which as many others hear as may.
pub(crate) fn crowded<'w>(act: &Act<'_>, webhook: &'w Webhook) -> Result<Option<&'w str>, BookError> {
    let all = act.all_of::<Webhook>("")?;
    let others = || all.iter().filter(|other| other.id != webhook.id);
    let hear = |event: &String| others().filter(|other| other.events.contains(event)).count();
    Ok(webhook.events.iter().find(|event| hear(event) >= PER_EVENT_MAX).map(String::as_str))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_leads_anywhere_and_http_to_this_machine_alone() {
        for good in [
            "https://shop.example/in/banked",
            "http://127.0.0.1:8080/in/banked",
            "http://127.9.9.9/",
            "http://[::1]:8080/",
            "http://localhost:8080/",
            "http://shop.localhost/",
            "https://127.0.0.1:8443/",
        ] {
            assert!(can_lead_to(good), "{good}");
        }
        for bad in [
            "http://shop.example/",
            "http://192.168.1.7/",
            "http://localhost.shop.example/",
            "ftp://localhost/",
            "https://",
            "localhost:8080",
            "",
        ] {
            assert!(!can_lead_to(bad), "{bad}");
        }
    }
}
