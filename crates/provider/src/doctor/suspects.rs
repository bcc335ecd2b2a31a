//! A key's text, and the ways it is commonly misread.

use aws_lc_rs::hmac;
use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

use super::{Belongs, Suspect};
use crate::{Key, KeyMistake, Provider};

/// The key this text is, and what a signer may have taken it for; what is wrong with the text, where it is no key.
#[must_use]
pub fn suspects(provider: &dyn Provider, name: &str, text: &str) -> (Vec<Suspect>, Option<KeyMistake>) {
    let read = provider.key(name, text);
    let algorithm = read.as_ref().ok().and_then(Key::algorithm).unwrap_or(hmac::HMAC_SHA256);
    let mut found = Vec::new();
    if let Ok(key) = &read {
        found.push(Suspect { key: key.clone(), of: Belongs::Source });
    }
    let trimmed = text.trim();
    if trimmed != text
        && let Ok(key) = provider.key(name, trimmed)
    {
        found.push(Suspect { key, of: Belongs::Misread("the key without the white space around it") });
    }
    let misread = [
        ("the key's text instead of the bytes it stands for", Some(Zeroizing::new(text.as_bytes().to_vec()))),
        ("the key's text with the white space around it taken away", Some(Zeroizing::new(trimmed.as_bytes().to_vec()))),
        (
            "the bytes that the key stands for in hexadecimal",
            HEXLOWER_PERMISSIVE.decode(trimmed.as_bytes()).ok().map(Zeroizing::new),
        ),
        ("the bytes that the key stands for in base64", base64(trimmed).map(Zeroizing::new)),
    ];
    for (how, bytes) in misread {
        if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) {
            found.push(Suspect { key: Key::hmac(name, algorithm, &bytes), of: Belongs::Misread(how) });
        }
    }
    (found, read.err())
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_prefix("whsec_").unwrap_or(text).as_bytes();
    BASE64.decode(text).or_else(|_| BASE64_NOPAD.decode(text)).ok()
}
