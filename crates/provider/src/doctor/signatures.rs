//! A signature's text: as the provider writes it, and as something on the way may have written it.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};

use super::{Cause, Finding, Reading};

/// How a provider writes its signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// Padded base64.
    Base64,
    /// Lower-case hexadecimal.
    HexLower,
}

/// Every reading of `text` as so many bytes: as the provider writes them, else as they may have been meant.
pub(crate) fn signatures(text: &str, writing: Writing, length: usize) -> Vec<Reading<Vec<u8>>> {
    let strict = |text: &str, writing| bytes(strict(text, writing), length);
    let bytes = |decoded| bytes(decoded, length);
    if let Some(tag) = strict(text, writing) {
        return vec![Reading::right(tag)];
    }
    let bare = text.trim().trim_matches(['"', '\'']);
    let bare = bare.strip_prefix("sha256=").unwrap_or(bare);
    let spaced = text.replace(' ', "+");
    let url_decoded = bare.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
    let readings = [
        (strict(bare, writing), "has white space, quotes or a prefix around it"),
        (strict(&spaced, writing), "has spaces where plus signs belong: something decoded it as a form once too often"),
        (strict(&url_decoded, writing), "is still percent-encoded"),
        (bytes(BASE64_NOPAD.decode(bare.as_bytes()).ok()), "is base64 without its padding"),
        (bytes(BASE64.decode(bare.as_bytes()).ok()), "is written in base64, not in hexadecimal"),
        (bytes(BASE64URL.decode(bare.as_bytes()).ok()), "is written in the URL's base64"),
        (bytes(BASE64URL_NOPAD.decode(bare.as_bytes()).ok()), "is written in the URL's base64, without padding"),
        (bytes(HEXLOWER_PERMISSIVE.decode(bare.as_bytes()).ok()), hexadecimal(writing)),
    ];
    let read = readings.into_iter().filter_map(|(tag, how)| {
        let hint = "the signer, or something on the way, writes the signature in another way than the provider does";
        let mistake = Finding::new(Cause::SignatureEncoding, format!("the signature {how}"), hint);
        Some(Reading::wrong(tag?, mistake))
    });
    read.collect()
}

fn hexadecimal(writing: Writing) -> &'static str {
    match writing {
        Writing::Base64 => "is written in hexadecimal, not in base64",
        Writing::HexLower => "is written in upper-case hexadecimal",
    }
}

fn strict(text: &str, writing: Writing) -> Option<Vec<u8>> {
    match writing {
        Writing::Base64 => BASE64.decode(text.as_bytes()).ok(),
        Writing::HexLower => HEXLOWER.decode(text.as_bytes()).ok(),
    }
}

fn bytes(decoded: Option<Vec<u8>>, length: usize) -> Option<Vec<u8>> {
    decoded.filter(|decoded| decoded.len() == length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, writing: Writing) -> Vec<String> {
        signatures(text, writing, 32)
            .into_iter()
            .map(|reading| {
                assert_eq!(reading.read, [0xfb; 32]);
                reading.mistakes.into_iter().map(|mistake| mistake.what).collect()
            })
            .collect()
    }

    #[test]
    fn a_signature_is_read_as_it_should_be_or_as_it_was_mangled() {
        let (base64, hex) = (BASE64.encode(&[0xfb; 32]), HEXLOWER.encode(&[0xfb; 32]));
        assert_eq!(said(&base64, Writing::Base64), [""]);
        assert_eq!(said(&hex, Writing::HexLower), [""]);
        for (text, writing, expected) in [
            (format!(" {base64}"), Writing::Base64, "white space"),
            (format!("\"{base64}\""), Writing::Base64, "quotes"),
            (base64.replace('+', " "), Writing::Base64, "spaces where plus signs"),
            (base64.replace('+', "%2B").replace('=', "%3D"), Writing::Base64, "percent-encoded"),
            (base64.trim_end_matches('=').to_owned(), Writing::Base64, "without its padding"),
            (BASE64URL.encode(&[0xfb; 32]), Writing::Base64, "URL's base64"),
            (hex.clone(), Writing::Base64, "hexadecimal, not in base64"),
            (hex.to_uppercase(), Writing::HexLower, "upper-case"),
            (base64.clone(), Writing::HexLower, "base64, not in hexadecimal"),
            (format!("sha256={hex}"), Writing::HexLower, "a prefix"),
        ] {
            let said = said(&text, writing);
            assert!(said.iter().any(|said| said.contains(expected)), "{text}: {said:?}");
        }
        assert!(signatures("none", Writing::Base64, 32).is_empty());
    }
}
