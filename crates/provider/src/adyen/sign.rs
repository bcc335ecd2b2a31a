//! Signing as Adyen does: each item of a standard webhook in its `additionalData`, any other body by its header.

use data_encoding::BASE64;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::value::RawValue;

use super::envelope::Envelope;
use super::form::{self, Form};
use super::header_signed;
use super::item::StandardItem;
use super::soap;
use crate::entries::Entries;
use crate::json;
use crate::reader::Reader;
use crate::{Key, SignedRequest, Unsigned, xml};

/// Signs what can be signed item by item in the items, and everything else by header. Values keep their bytes.
pub(super) fn sign(unsigned: Unsigned, key: &Key) -> SignedRequest {
    let Unsigned { target, mut headers, body } = unsigned;
    let signed = match is_form(&headers) {
        true => signed_form(&body, key),
        false if soap::opens_tag(&body) => signed_envelope(&body, key),
        false => signed_items(&body, key),
    };
    let body = match signed {
        Some(signed) => signed.into(),
        None => {
            let value = HeaderValue::from_str(&signature(key, &body)).expect("base64 is visible ASCII");
            headers.insert(&header_signed::HEADER, value);
            headers.insert(HeaderName::from_static("protocol"), HeaderValue::from_static("HmacSHA256"));
            body
        }
    };
    SignedRequest { target, headers, body }
}

fn signature(key: &Key, message: &[u8]) -> String {
    BASE64.encode(key.tag(message).as_ref())
}

fn is_form(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(form::MEDIA_TYPE.as_bytes()))
}

/// The form with its signature last, in place of any it had.
fn signed_form(body: &[u8], key: &Key) -> Option<String> {
    let Form::Item(item) = form::item(body) else { return None };
    let signature = signature(key, &item.signed.message());
    let name = form::SIGNATURE;
    let text = std::str::from_utf8(body).ok()?;
    let mut pairs: Vec<&str> = text.split('&').filter(|pair| pair.split('=').next() != Some(name)).collect();
    let last =
        format!("{name}={}", percent_encoding::utf8_percent_encode(&signature, percent_encoding::NON_ALPHANUMERIC));
    pairs.push(&last);
    Some(pairs.join("&"))
}

/// The SOAP envelope with each readable item signed; nothing when the body is no such envelope, or has no items.
fn signed_envelope(body: &[u8], key: &Key) -> Option<String> {
    let text = soap::text(body)?;
    let Envelope::Items(items) = soap::read(body) else { return None };
    let (_, elements) = soap::item_elements(xml::read(text)?)?;
    let mut signed = text.to_owned();
    // from the last to the first, so that what is written moves nothing that is still to be
    for (element, item) in elements.iter().zip(items).rev() {
        let Some(item) = item else { continue };
        let signature = signature(key, &item.signed.message());
        signed.replace_range(element.at.clone(), &soap::with_signature(text, element, &signature)?);
    }
    Some(signed)
}

/// The standard envelope with each readable item signed; nothing when the body is no such envelope.
fn signed_items(body: &[u8], key: &Key) -> Option<String> {
    let mut envelope: Entries<'_> = json::object_in(body)?;
    let items: Vec<Entries<'_>> = serde_json::from_str(envelope.get("notificationItems")?.get()).ok()?;
    if items.is_empty() {
        return None;
    }
    let items: Vec<Box<RawValue>> = items.into_iter().map(|item| signed_item(item, key)).collect();
    envelope.set("notificationItems", raw(&items));
    Some(json_text(&envelope))
}

fn signed_item(mut wrapper: Entries<'_>, key: &Key) -> Box<RawValue> {
    if let Some(item) = wrapper.get("NotificationRequestItem")
        && let Some(signed) = with_signature(item.get(), key)
    {
        wrapper.set("NotificationRequestItem", signed);
    }
    raw(&wrapper)
}

fn with_signature(item: &str, key: &Key) -> Option<Box<RawValue>> {
    let message = StandardItem::read(&mut Reader::new(item.as_bytes())?)??.signed.message();
    let mut item: Entries<'_> = serde_json::from_str(item).ok()?;
    let additional = item.get("additionalData").map_or("{}", |data| data.get()).to_owned();
    let mut additional: Entries<'_> = serde_json::from_str(&additional).unwrap_or_default();
    additional.set("hmacSignature", raw(&signature(key, &message)));
    item.set("additionalData", raw(&additional));
    Some(raw(&item))
}

fn raw(value: &impl serde::Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).expect("JSON made of JSON")
}

fn json_text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("JSON made of JSON")
}
