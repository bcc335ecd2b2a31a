//! A message's body with one value changed, in each of its formats, and another notification in a message's format.

use payhook_provider::{Unsigned, sample};
use serde_json::Value;

use crate::book::Content;

/// What can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// How much, in minor units.
    Amount,
    /// Adyen's merchant account.
    Account,
}

impl Field {
    /// Where it stands in JSON: in a standard item, in the envelopes of both providers.
    const fn pointers(self) -> &'static [&'static str] {
        match self {
            Self::Amount => &["/notificationItems/0/NotificationRequestItem/amount/value", "/amount", "/data/amount"],
            Self::Account => {
                &["/notificationItems/0/NotificationRequestItem/merchantAccountCode", "/data/merchantAccount"]
            }
        }
    }

    /// Its name in a form.
    const fn parameter(self) -> &'static str {
        match self {
            Self::Amount => "value",
            Self::Account => "merchantAccountCode",
        }
    }

    /// Behind which tags its text stands in SOAP: additional data has values, too, so the amount's is looked for in it.
    const fn tags(self) -> &'static [&'static str] {
        match self {
            Self::Amount => &["<amount>", "<value>"],
            Self::Account => &["<merchantAccountCode>"],
        }
    }
}

/// The content with this field changed to letters and digits; nothing when it has no such field.
pub(super) fn changed(content: &Content, field: Field, text: &str) -> Option<Content> {
    let body = match Format::of(content) {
        Format::Json => in_json(&content.body, field, text),
        Format::Form => in_form(&content.body, field.parameter(), text),
        Format::Soap => in_soap(&content.body, field.tags(), text),
    };
    Some(Content { media: content.media.clone(), body: body?, fault: None })
}

/// What this field says now; nothing when there is no such field.
pub(super) fn said(content: &Content, field: Field) -> Option<String> {
    match Format::of(content) {
        Format::Json => {
            let value: Value = serde_json::from_str(&content.body).ok()?;
            let place = field.pointers().iter().find_map(|pointer| value.pointer(pointer))?;
            Some(place.as_str().map_or_else(|| place.to_string(), str::to_owned))
        }
        Format::Form => {
            let mut pairs = content.body.split('&').filter_map(|pair| pair.split_once('='));
            let (_, text) = pairs.find(|(name, _)| *name == field.parameter())?;
            Some(percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned())
        }
        Format::Soap => between(&content.body, field.tags()).map(|(start, end)| content.body[start..end].to_owned()),
    }
}

/// A notification, written as this one is; nothing when it cannot be.
pub(super) fn written_like(content: &Content, provider: &str, value: &Value) -> Option<Content> {
    let Unsigned { body, .. } = match Format::of(content) {
        Format::Json => sample::unsigned(provider, value),
        Format::Form => sample::unsigned_form(value)?,
        Format::Soap => sample::unsigned_soap(value)?,
    };
    let body = String::from_utf8_lossy(&body).into_owned();
    Some(Content { media: content.media.clone(), body, fault: None })
}

/// How a body is written.
enum Format {
    Json,
    Form,
    Soap,
}

impl Format {
    fn of(content: &Content) -> Self {
        match content.media.as_str() {
            media if media.starts_with("application/x-www-form-urlencoded") => Self::Form,
            media if media.starts_with("text/xml") => Self::Soap,
            _ => Self::Json,
        }
    }
}

fn in_json(body: &str, field: Field, text: &str) -> Option<String> {
    let mut value: Value = serde_json::from_str(body).ok()?;
    let pointer = field.pointers().iter().find(|pointer| value.pointer(pointer).is_some())?;
    let place = value.pointer_mut(pointer)?;
    *place = match place {
        Value::Number(_) => text.parse::<i64>().ok()?.into(),
        _ => text.into(),
    };
    Some(value.to_string())
}

fn in_form(body: &str, name: &str, text: &str) -> Option<String> {
    let is_named = |pair: &str| pair.split('=').next() == Some(name);
    body.split('&').any(is_named).then(|| {
        let pairs = body.split('&').map(|pair| if is_named(pair) { format!("{name}={text}") } else { pair.to_owned() });
        pairs.collect::<Vec<_>>().join("&")
    })
}

fn in_soap(body: &str, tags: &[&str], text: &str) -> Option<String> {
    let (start, end) = between(body, tags)?;
    Some([&body[..start], text, &body[end..]].concat())
}

/// Where the text behind these tags begins and ends.
fn between(body: &str, tags: &[&str]) -> Option<(usize, usize)> {
    let start = tags.iter().try_fold(0, |from, tag| Some(from + body[from..].find(tag)? + tag.len()))?;
    Some((start, start + body[start..].find('<')?))
}

#[cfg(test)]
mod tests {
    use payhook_domain::time::Timestamp;

    use super::*;

    fn notification() -> Value {
        sample::compose("adyen", "authorised", 1, Timestamp::from_seconds(1_790_000_000)).expect("a sample")
    }

    fn content(media: &str) -> Content {
        let empty = Content { media: media.to_owned(), body: String::new(), fault: None };
        written_like(&empty, "adyen", &notification()).expect("a standard notification has every format")
    }

    #[test]
    fn an_amount_and_an_account_are_changed_in_every_format_and_nothing_else_is() {
        let amount = notification()["notificationItems"][0]["NotificationRequestItem"]["amount"]["value"].to_string();
        for media in ["application/json", "application/x-www-form-urlencoded", "text/xml; charset=utf-8"] {
            let plain = content(media);
            for (field, text) in [(Field::Amount, "987654321"), (Field::Account, "Elsewhere")] {
                let other = changed(&plain, field, text).expect("the field is there");
                assert_eq!((said(&other, field).as_deref(), other.body.matches(text).count()), (Some(text), 1));
                let back = if field == Field::Amount { &*amount } else { "TestMerchant" };
                assert_eq!(said(&plain, field).as_deref(), Some(back));
                assert_eq!(changed(&other, field, back).expect("the field is there").body, plain.body);
            }
        }
    }

    #[test]
    fn a_notification_without_the_field_is_left_alone() {
        let token = Content {
            media: "application/json".to_owned(),
            body: r#"{"type":"recurring.token.created","data":{"merchantAccount":"A"}}"#.to_owned(),
            fault: None,
        };
        assert_eq!(changed(&token, Field::Amount, "5"), None);
        let other = changed(&token, Field::Account, "B").expect("it names its account");
        assert!(other.body.contains(r#""merchantAccount":"B""#), "{}", other.body);
        let banked = Content { body: r#"{"amount":100,"id":"x"}"#.to_owned(), ..token };
        assert_eq!(changed(&banked, Field::Amount, "5").expect("an amount").body, r#"{"amount":5,"id":"x"}"#);
        assert_eq!(changed(&banked, Field::Account, "B"), None);
    }
}
