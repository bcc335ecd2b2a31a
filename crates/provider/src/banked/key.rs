//! Banked's signature keys: text the merchant chose, used as its UTF-8 bytes.
//!
//! The official SDK's example looks like 64 hexadecimal characters and is not decoded either.

use data_encoding::HEXLOWER;

use crate::{Key, KeyMistake};

/// Longest key accepted, in bytes: longer ones are files pasted by mistake.
const KEY_LEN_MAX: usize = 1_024;

/// Reads a key as it was given to Banked as `signature_key`.
pub(super) fn read(name: &str, text: &str) -> Result<Key, KeyMistake> {
    if text.is_empty() {
        return Err(mistake("is empty", "give the signature_key the webhook was made with"));
    }
    if text.trim() != text {
        return Err(mistake("is surrounded by whitespace", "remove the spaces and line breaks around the key"));
    }
    if text.len() > KEY_LEN_MAX {
        return Err(mistake("is longer than 1,024 bytes", "give the signature_key alone"));
    }
    Ok(Key::hmac_sha256(name, text.as_bytes()))
}

/// Writes a key; Banked takes any text.
pub(super) fn write(random: &[u8; 32]) -> String {
    HEXLOWER.encode(random)
}

fn mistake(problem: &str, hint: &str) -> KeyMistake {
    KeyMistake { problem: problem.to_owned(), hint: hint.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_a_key_but_not_what_was_pasted_badly() {
        for good in ["your-signature-key", "ключ", "a"] {
            assert!(read("k", good).is_ok(), "{good}");
        }
        for bad in ["", " s3cr3t", "s3cr3t\n", &"k".repeat(KEY_LEN_MAX + 1)] {
            let mistake = read("k", bad).expect_err("not a key");
            assert!(bad.trim().is_empty() || !format!("{mistake:?}").contains(bad), "{mistake:?}");
        }
    }

    #[test]
    fn case_matters_since_the_key_is_text_and_not_hex() {
        assert_ne!(read("k", "ab").expect("valid").fingerprint(), read("k", "AB").expect("valid").fingerprint());
    }
}
