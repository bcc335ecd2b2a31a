//! The form-encoded envelope: one item per request, its fields as parameters.
//!
//! `amount` is split into `value` and `currency`; additional data stands under `additionalData.<key>`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::item::{AmountFields, Fields, StandardItem};
use crate::RawRequest;
use crate::scalar::Scalar;

/// The media type it comes with.
pub(super) const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// Whether the request says that it is a form.
pub(super) fn is_form(request: &RawRequest<'_>) -> bool {
    let value = request.header("content-type").unwrap_or_default();
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
    let mut fields = Fields::default();
    let mut amount = AmountFields::default();
    let mut additional = super::item::AdditionalData::default();
    let mut live = Scalar::Absent;
    for (name, value) in pairs {
        let slot = match name.as_ref() {
            "pspReference" => &mut fields.psp_reference,
            "originalReference" => &mut fields.original_reference,
            "merchantAccountCode" => &mut fields.merchant_account_code,
            "merchantReference" => &mut fields.merchant_reference,
            "value" => &mut amount.value,
            "currency" => &mut amount.currency,
            "eventCode" => &mut fields.event_code,
            "success" => &mut fields.success,
            "eventDate" => &mut fields.event_date,
            "paymentMethod" => &mut fields.payment_method,
            "live" => &mut live,
            other => match other.strip_prefix("additionalData.").and_then(|key| additional.slot(key)) {
                Some(slot) => slot,
                None => continue,
            },
        };
        if *slot != Scalar::Absent {
            return Form::Twice;
        }
        *slot = Scalar::Text(value);
    }
    fields.amount = Some(amount);
    fields.additional_data = Some(additional);
    let item = fields.into_item(live.flag(), body, None).expect("a form holds text only");
    Form::Item(Box::new(item))
}

/// The form as one flat JSON object, names and values as decoded, in the order received.
pub(super) fn rendered(body: &[u8]) -> String {
    let pairs = pairs(body).unwrap_or_default();
    let members: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}:{}", quoted(name), quoted(value))).collect();
    format!("{{{}}}", members.join(","))
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
        assert_eq!((item.live, item.at), (Some(false), None));
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
