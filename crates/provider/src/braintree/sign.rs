//! Signing as Braintree does.

use std::borrow::Cow;

use data_encoding::{BASE64, HEXLOWER};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Key, SignedRequest, Unsigned, fields};

/// Makes the form of a document, or signs the payload of a form anew.
pub(super) fn sign(unsigned: Unsigned, key: &Key) -> SignedRequest {
    let Unsigned { target, mut headers, body } = unsigned;
    let form = std::str::from_utf8(&body).ok().and_then(|text| fields::find(text, "bt_payload"));
    let payload = form.unwrap_or_else(|| Cow::Owned(format!("{}\n", BASE64.encode(&body))));
    let signature = format!("{}|{}", key.name, HEXLOWER.encode(key.tag(payload.as_bytes()).as_ref()));
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let body = format!("bt_signature={}&bt_payload={}", encoded(&signature), encoded(&payload));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    SignedRequest { target, headers, body: body.into() }
}
