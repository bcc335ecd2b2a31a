//! Signing as Banked does, with the time of sending.

use data_encoding::HEXLOWER;
use http::{HeaderName, HeaderValue};
use payhook_domain::time::Timestamp;

use super::verify;
use crate::{Key, SignedRequest, Unsigned};

/// Adds `Banked-Signature` over the body as it stands.
pub(super) fn sign(unsigned: Unsigned, key: &Key, now: Timestamp) -> SignedRequest {
    let Unsigned { target, mut headers, body } = unsigned;
    // Nobody signs before 1970; a clock that says so is set to its first second.
    let seconds = now.as_seconds().max(0).to_string();
    let tag = key.tag(&verify::message(&seconds, &body));
    let value = format!("{seconds}.{}", HEXLOWER.encode(tag.as_ref()));
    let value = HeaderValue::from_str(&value).expect("digits, a dot and hex are visible ASCII");
    headers.insert(HeaderName::from_static(verify::HEADER), value);
    SignedRequest { target, headers, body }
}
