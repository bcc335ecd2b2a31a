//! Realistic notifications, composed and not yet signed: for `trigger`, the demo, and the fixtures of this crate.
//!
//! - [`samples`]: what can be composed by name; every event code of the provider can be named as well.
//! - [`compose`]: one of them, as JSON. The same seed makes the same references, so the events of one seed are about
//!   one payment: `authorised`, then `captured`, then `refunded`.
//! - [`set`]: changes one field of it.
//! - [`unsigned`], [`unsigned_form`], [`unsigned_soap`]: ready to be signed.

mod field;
pub(crate) mod reference;

pub use field::{FieldMistake, set};

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use payhook_domain::time::Timestamp;
use serde_json::Value;

use crate::{Unsigned, adyen, banked, declared, square};

/// Something that can be composed by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What to ask for: `authorised`.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// The provider's event code it carries.
    pub code: &'static str,
    /// Whether it reports success, where the provider says so.
    pub success: bool,
}

/// What can be composed for a provider; nothing for an unknown one.
#[must_use]
pub fn samples(provider: &str) -> &'static [Sample] {
    match provider {
        "adyen" => adyen::sample::SAMPLES,
        "banked" => banked::sample::SAMPLES,
        _ => declared::sense(provider).map_or(&[], |sense| sense.samples),
    }
}

/// Composes an event by a sample's name or the provider's own code; nothing when the provider has neither.
#[must_use]
pub fn compose(provider: &str, event: &str, seed: u64, at: Timestamp) -> Option<Value> {
    let sample = samples(provider).iter().find(|sample| sample.name == event);
    let codes = crate::by_name(provider)?.codes();
    let code =
        sample.map(|sample| sample.code).or_else(|| codes.iter().map(|row| row.code).find(|code| *code == event))?;
    let success = sample.is_none_or(|sample| sample.success);
    Some(match provider {
        "adyen" => adyen::sample::compose(code, success, seed, at),
        "banked" => banked::sample::compose(code, seed, at),
        _ => (declared::sense(provider)?.compose)(code, success, seed, at),
    })
}

/// The notification as JSON, for the provider's source path.
#[must_use]
pub fn unsigned(provider: &str, value: &Value) -> Unsigned {
    request(provider, "application/json", value.to_string())
}

/// Makes a composed notification one about this merchant account.
pub fn move_to(value: &mut Value, account: &str) {
    match value {
        Value::Object(object) => object.iter_mut().for_each(|(name, value)| match value {
            Value::String(text) if NAMES_ACCOUNT.contains(&(name.as_str(), text.as_str())) => account.clone_into(text),
            _ => move_to(value, account),
        }),
        Value::Array(items) => items.iter_mut().for_each(|item| move_to(item, account)),
        _ => {}
    }
}

/// The fields that name a merchant account, and the one that samples name there.
const NAMES_ACCOUNT: [(&str, &str); 4] = [
    ("merchantAccountCode", adyen::sample::ACCOUNT),
    ("merchantAccount", adyen::sample::ACCOUNT),
    ("merchantId", adyen::sample::ACCOUNT),
    ("merchant_id", square::sample::ACCOUNT),
];

/// The notification as Adyen's form: its first item; nothing when it is no standard webhook.
#[must_use]
pub fn unsigned_form(value: &Value) -> Option<Unsigned> {
    adyen::sample::form(value).map(|body| request("adyen", "application/x-www-form-urlencoded", body))
}

/// The notification as Adyen's SOAP: all its items; nothing when it is no standard webhook.
#[must_use]
pub fn unsigned_soap(value: &Value) -> Option<Unsigned> {
    adyen::sample::soap(value).map(|body| request("adyen", "text/xml; charset=utf-8", body))
}

fn request(provider: &str, media_type: &'static str, body: String) -> Unsigned {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media_type))]);
    Unsigned { target: format!("/in/{provider}"), headers, body: body.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_that_names_an_account_can_be_moved_to_another() {
        for provider in crate::all().filter(|provider| provider.about().accounts == crate::Accounts::Named) {
            let moved = samples(provider.name()).iter().map(|sample| {
                let mut value = compose(provider.name(), sample.name, 1, Timestamp::default()).expect("known");
                move_to(&mut value, "AnotherShop");
                value.to_string()
            });
            let moved = moved.collect::<Vec<_>>().join("\n");
            assert!(moved.contains("AnotherShop"), "{}: {moved}", provider.name());
            for left in [adyen::sample::ACCOUNT, square::sample::ACCOUNT] {
                assert!(!moved.contains(&format!("\"{left}\"")), "{left}: {moved}");
            }
        }
    }

    #[test]
    fn every_sample_and_every_code_can_be_composed() {
        for provider in crate::IN_CODE.iter().filter(|provider| !samples(provider.name()).is_empty()) {
            assert!(!samples(provider.name()).is_empty());
            let names = samples(provider.name()).iter().map(|sample| sample.name);
            for event in names.chain(provider.codes().iter().map(|row| row.code)) {
                assert!(compose(provider.name(), event, 1, Timestamp::from_seconds(0)).is_some(), "{event}");
            }
        }
        assert_eq!(compose("adyen", "no such thing", 1, Timestamp::default()), None);
        assert_eq!(compose("paystack", "charge.success", 1, Timestamp::default()), None);
        assert_eq!(compose("nobody", "authorised", 1, Timestamp::default()), None);
    }

    #[test]
    fn a_seed_makes_the_same_notification_and_another_seed_another() {
        for (provider, event) in [("adyen", "authorised"), ("banked", "payment_sent"), ("adyen", "token-created")] {
            let at = Timestamp::from_seconds(1_790_000_000);
            assert_eq!(compose(provider, event, 7, at), compose(provider, event, 7, at));
            assert_ne!(compose(provider, event, 7, at), compose(provider, event, 8, at));
        }
    }
}
