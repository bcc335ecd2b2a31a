//! A new HMAC key. The first signs at once; another one takes a while to reach all of Adyen's machines, and until then the
//! one before it signs.

use std::time::Duration;

use payhook_provider::by_name;

use super::{HmacKey, Webhook};
use crate::book::{Act, BookError};

/// How long a new key takes. Adyen names no time; its page on rotation says that it does not happen at once.
const PROPAGATION: Duration = Duration::from_secs(15 * 60);
/// Keys of one webhook that are remembered: the one that signs, those before it and those to come.
const KEYS_MAX: usize = 8;
/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// Gives a webhook a new key.
pub(crate) fn new_key(act: &Act<'_>, mut webhook: Webhook) -> Result<HmacKey, BookError> {
    let from = if webhook.keys.is_empty() { act.now } else { act.after(PROPAGATION) };
    let key = HmacKey { hex: act.chance()?.hex(KEY_BYTES), from: from.as_micros() };
    webhook.keys.push(key.clone());
    let forgotten = webhook.keys.len().saturating_sub(KEYS_MAX);
    webhook.keys.drain(..forgotten);
    act.keep(&webhook)?;
    Ok(key)
}

/// Six digits that tell a key from others without showing it, as the Management API's `hmacKeyCheckValue`.
pub(crate) fn check_value(hex: &str) -> Option<String> {
    by_name("adyen")?.key("webhook", hex).ok()?.check_value
}

#[cfg(test)]
mod tests {
    use payhook_domain::time::Timestamp;

    use super::*;

    #[test]
    fn the_first_key_signs_at_once_and_another_when_it_has_spread() {
        let key = |hex: &str, minutes: i64| HmacKey { hex: hex.to_owned(), from: minutes * 60_000_000 };
        let webhook = Webhook { keys: vec![key("first", 0), key("second", 15)], ..Webhook::blank("Shop") };
        let signs = |minutes: i64| webhook.key_at(Timestamp::from_seconds(minutes * 60)).map(|key| key.hex.as_str());
        let replaced =
            |minutes: i64| webhook.replaced_key_at(Timestamp::from_seconds(minutes * 60)).map(|key| key.hex.as_str());
        assert_eq!((signs(0), signs(14), signs(15)), (Some("first"), Some("first"), Some("second")));
        assert_eq!((replaced(14), replaced(15)), (None, Some("first")));
    }

    #[test]
    fn a_key_is_known_by_the_value_adyen_publishes() {
        let published = "00727DB817A85C8503AD29EAD1523DB869AF0E536893BB3046C92DE7CB045CB1";
        assert_eq!(check_value(published).as_deref(), Some("9540DA"));
    }
}
