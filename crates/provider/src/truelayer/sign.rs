//! Signing as TrueLayer does.

use data_encoding::BASE64URL_NOPAD;
use http::HeaderValue;
use payhook_domain::time::Timestamp;
use serde_json::json;

use super::jws::{HEADER, KEY_SETS};
use super::verify::message;
use crate::key::Material;
use crate::{Key, Policy, SignedRequest, Unsigned};

/// Adds the time and `Tl-Signature`; nothing when the key is the public half alone.
pub(super) fn sign(unsigned: Unsigned, key: &Key, policy: &Policy, now: Timestamp) -> Option<SignedRequest> {
    let Material::Public { signer: Some(signer), .. } = &key.material else { return None };
    let Unsigned { target, mut headers, body } = unsigned;
    let at = Timestamp::from_seconds(now.as_seconds().max(0)).to_string();
    let jku = policy.key_set.as_deref().unwrap_or(KEY_SETS.test);
    let head = json!({
        "alg": "ES512", "kid": key.name, "tl_version": "2", "tl_headers": "X-Tl-Webhook-Timestamp", "jku": jku,
    });
    let head = BASE64URL_NOPAD.encode(head.to_string().as_bytes());
    let message = message(&head, &target, &format!("X-Tl-Webhook-Timestamp: {at}\n"), &body);
    let value = format!("{head}..{}", BASE64URL_NOPAD.encode(&signer.sign(&message)));
    headers.insert("x-tl-webhook-timestamp", HeaderValue::from_str(&at).ok()?);
    headers.insert(HEADER, HeaderValue::from_str(&value).ok()?);
    Some(SignedRequest { target, headers, body })
}
