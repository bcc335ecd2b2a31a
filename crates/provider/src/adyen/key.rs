//! Adyen's HMAC keys: 64 hexadecimal characters, generated per webhook, and their check value.

use data_encoding::{HEXLOWER_PERMISSIVE, HEXUPPER};
use zeroize::Zeroizing;

use crate::{Key, KeyMistake};

/// Characters of a key.
const KEY_LEN: usize = 64;

/// Reads a key as the Customer Area and the Management API show it. Either case counts; nothing else does, since a
/// library that passes over a stray character computes with another key and refuses everything.
pub(super) fn read(name: &str, text: &str) -> Result<Key, KeyMistake> {
    check(text)?;
    let bytes = Zeroizing::new(HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(|_| not_hex())?);
    let mut key = Key::hmac_sha256(name, &bytes);
    key.check_value = Some(check_value(&key));
    Ok(key)
}

/// Writes a key as Adyen issues one.
pub(super) fn write(random: &[u8; 32]) -> String {
    HEXUPPER.encode(random)
}

/// The key check value (`hmacKeyCheckValue` of the Management API): the last three bytes of HMAC-SHA256(key,
/// `00000000`) in upper-case hex. It tells which key Adyen uses without showing it.
fn check_value(key: &Key) -> String {
    let tag = key.tag(b"00000000");
    HEXUPPER.encode(&tag.as_ref()[29..])
}

fn check(text: &str) -> Result<(), KeyMistake> {
    if text.trim() != text {
        return Err(KeyMistake {
            problem: "is surrounded by whitespace".to_owned(),
            hint: "remove the spaces and line breaks around the key".to_owned(),
        });
    }
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(not_hex());
    }
    if text.len() != KEY_LEN {
        return Err(KeyMistake {
            problem: format!("has {} characters, not {KEY_LEN}", text.len()),
            hint: "copy the whole HMAC key from Developers > Webhooks > (webhook) > HMAC key".to_owned(),
        });
    }
    Ok(())
}

fn not_hex() -> KeyMistake {
    KeyMistake {
        problem: "holds characters other than 0-9 and A-F".to_owned(),
        hint: "use the HMAC key of the webhook (64 hexadecimal characters), not the API key or the client key"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of Adyen's own check-value tool, and what it prints.
    const PUBLISHED: (&str, &str) = ("00727DB817A85C8503AD29EAD1523DB869AF0E536893BB3046C92DE7CB045CB1", "9540DA");

    #[test]
    fn the_check_value_is_the_one_adyen_publishes() {
        for text in [PUBLISHED.0.to_owned(), PUBLISHED.0.to_lowercase()] {
            assert_eq!(read("a", &text).expect("valid").check_value.as_deref(), Some(PUBLISHED.1));
        }
    }

    #[test]
    fn what_is_not_exactly_64_hex_characters_is_a_mistake_that_hides_the_key() {
        let good = PUBLISHED.0;
        for (text, problem) in [
            (format!(" {good}"), "is surrounded by whitespace"),
            (format!("{good}\n"), "is surrounded by whitespace"),
            (good[1..].to_owned(), "has 63 characters, not 64"),
            (String::new(), "has 0 characters, not 64"),
            (format!("{}G", &good[1..]), "holds characters other than 0-9 and A-F"),
            ("hmacKey".to_owned(), "holds characters other than 0-9 and A-F"),
        ] {
            let mistake = read("a", &text).expect_err("not a key");
            assert_eq!(mistake.problem, problem, "{text:?}");
            assert!(text.len() < 8 || !format!("{mistake:?}").contains(text.trim()));
        }
    }

    #[test]
    fn a_written_key_reads_back_and_two_differ() {
        let (one, two) = (write(&[7; 32]), write(&[8; 32]));
        assert_eq!(one.len(), KEY_LEN);
        assert_ne!(read("a", &one).expect("valid").fingerprint(), read("a", &two).expect("valid").fingerprint());
    }
}
