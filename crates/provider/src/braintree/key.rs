//! Braintree's keys: a pair of names rather than of keys. The public one goes in clear beside each signature and is the
//! key's name here; the SHA-1 of the private one is the key of an HMAC-SHA1.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY;

use crate::{Key, KeyMistake};

/// Longest key accepted, in bytes: longer ones are files pasted by mistake.
const KEY_LEN_MAX: usize = 1_024;

/// Reads a private key.
pub(super) fn read(name: &str, text: &str) -> Result<Key, KeyMistake> {
    let hint = "give the private key that belongs to the public one, from Settings, API, in the control panel";
    if text.is_empty() {
        return Err(KeyMistake::new("is empty", hint));
    }
    if text.trim() != text {
        return Err(KeyMistake::new("is surrounded by whitespace", "remove the spaces and line breaks around the key"));
    }
    if text.len() > KEY_LEN_MAX {
        return Err(KeyMistake::new("is longer than 1,024 bytes", hint));
    }
    let bytes = digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    Ok(Key::hmac(name, HMAC_SHA1_FOR_LEGACY_USE_ONLY, bytes.as_ref()))
}
