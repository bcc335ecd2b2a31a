//! The form-encoded envelope: one item per request, its fields as parameters.
//!
//! `amount` is split into `value` and `currency`; additional data stands under `additionalData.<key>`.

use std::borrow::Cow;

use http::header::CONTENT_TYPE;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::item::{StandardItem, Written};
use super::members::{self, Group, Member};
use crate::entries::Entries;
use crate::scalar::Scalar;
use crate::{RawRequest, json};

/// The media type it comes with.
pub(super) const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// What its parameters of `additionalData` begin with.
const ADDITIONAL: &str = "additionalData.";

/// Where a form has an item's signature.
pub(super) const SIGNATURE: &str = "additionalData.hmacSignature";

/// Whether the request says that it is a form.
pub(super) fn is_form(request: &RawRequest<'_>) -> bool {
    let value = request.header(CONTENT_TYPE).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(MEDIA_TYPE)
}

/// What a form is.
pub(super) enum Form<'r> {
    /// One item.
    Item(Box<StandardItem<'r>>),
    /// A field that is read stands twice.
    Twice,
    /// Not UTF-8, before or after decoding.
    Unreadable,
}

/// Reads the one item of a form.
pub(super) fn item(body: &[u8]) -> Form<'_> {
    let Some(pairs) = pairs(body) else { return Form::Unreadable };
    let mut live = None;
    let mut members = Vec::with_capacity(pairs.len());
    for (name, text) in pairs {
        match name.as_ref() {
            "live" if live.is_some() => return Form::Twice,
            "live" => live = Some(Scalar::Text(text)),
            _ => members.push(member(name, text)),
        }
    }
    let Some(item) = members::item(members, body, Written::Form) else { return Form::Twice };
    Form::Item(Box::new(StandardItem { live: live.unwrap_or_default().flag(), ..item }))
}

fn member<'r>(name: Cow<'r, str>, text: Cow<'r, str>) -> Member<'r> {
    if matches!(name.as_ref(), "value" | "currency") {
        return Member { of: Group::Amount, name, text };
    }
    match (name.strip_prefix(ADDITIONAL), &name) {
        (None, _) => Member { of: Group::Item, name, text },
        (Some(_), Cow::Borrowed(whole)) => {
            Member { of: Group::Additional, name: Cow::Borrowed(&whole[ADDITIONAL.len()..]), text }
        }
        (Some(key), Cow::Owned(_)) => Member { of: Group::Additional, name: Cow::Owned(key.to_owned()), text },
    }
}

/// The form as one flat JSON object, names and values as decoded, in the order received.
pub(super) fn rendered(body: &[u8]) -> String {
    let pairs = pairs(body).unwrap_or_default();
    let members: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}:{}", quoted(name), quoted(value))).collect();
    format!("{{{}}}", members.join(","))
}

/// The form that a flat JSON object was made of: nothing when it has no signature where a form has it.
pub(super) fn out_of_json(body: &[u8]) -> Option<String> {
    let members: Entries<'_> = json::object_in(body)?;
    members.get(SIGNATURE)?;
    let text = |value: &str| serde_json::from_str::<String>(value).unwrap_or_else(|_| value.to_owned());
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = members.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(&text(value.get()))));
    Some(pairs.collect::<Vec<_>>().join("&"))
}

/// The parameters, decoded, in the order received.
pub(super) fn pairs(body: &[u8]) -> Option<Vec<(Cow<'_, str>, Cow<'_, str>)>> {
    let text = std::str::from_utf8(body).ok()?;
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?, decoded(value)?))
        })
        .collect()
}

/// Decodes `+` and `%XX`; borrows what holds neither.
fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(['+', '%']) {
        return Some(Cow::Borrowed(text));
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(Cow::Owned(decoded.into_owned()))
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string is always JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_reads_as_the_item_it_stands_for() {
        let body = b"additionalData.hmacSignature=x%2By%3D&additionalData.disputeStatus=Undefended&currency=EUR\
            &eventCode=NOTIFICATION_OF_CHARGEBACK&live=false&merchantAccountCode=Shop&merchantReference=a+b%2Bc%3A\
            &operations=&pspReference=P1&success=true&value=1000";
        let Form::Item(item) = item(body) else { panic!("not read") };
        assert_eq!(item.signed.message(), b"P1::Shop:a b+c::1000:EUR:NOTIFICATION_OF_CHARGEBACK:true");
        assert_eq!(item.additional.hmac_signature.text(), Some("x+y="));
        assert_eq!(item.additional.dispute_status.text(), Some("Undefended"));
        assert_eq!((item.live, item.written), (Some(false), Written::Form));
    }

    #[test]
    fn a_field_that_stands_twice_is_not_chosen_from() {
        assert!(matches!(item(b"value=1&value=2"), Form::Twice));
        assert!(matches!(item(b"a=1&a=2"), Form::Item(_)), "a field nobody reads may repeat");
    }

    #[test]
    fn bytes_that_are_no_text_are_not_guessed_at() {
        assert!(matches!(item(b"pspReference=\xff"), Form::Unreadable));
        assert!(matches!(item(b"pspReference=%ff"), Form::Unreadable));
    }

    #[test]
    fn it_is_shown_as_json_in_its_own_order() {
        assert_eq!(rendered(b"b=%221%22&a=x+y&c"), r#"{"b":"\"1\"","a":"x y","c":""}"#);
    }
}
