//! The signatures of one request, decoded without allocating.

use arrayvec::ArrayVec;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64_simd::{Out, STANDARD, STANDARD_NO_PAD};

use super::part::VALUES_MAX;
use super::scheme::Encoding;

/// Letters of the longest digest, the 64 bytes of SHA-512, in base64 with its padding.
const BASE64_LEN_MAX: usize = 88;
/// Bytes that so many letters without padding stand for.
const ROOM: usize = BASE64_LEN_MAX / 4 * 3;

/// Up to [`VALUES_MAX`] digests of one length.
pub(super) struct Tags {
    read: ArrayVec<[u8; ROOM], VALUES_MAX>,
    length: usize,
}

impl Tags {
    /// None yet, of this many bytes each.
    pub(super) fn of(length: usize) -> Self {
        Self { read: ArrayVec::new(), length }
    }

    /// Takes a signature in, where it can be read and has the right length.
    pub(super) fn add(&mut self, text: &str, encoding: Encoding) {
        if self.read.is_full() {
            return;
        }
        let text = text.trim_ascii().as_bytes();
        let mut place = [0; ROOM];
        let length = match encoding {
            // The length first: the library would take a `0x` before it, which no provider writes.
            Encoding::Hex if text.len() != 2 * self.length => None,
            Encoding::Hex => const_hex::decode_to_slice(text, &mut place[..self.length]).ok().map(|()| self.length),
            Encoding::Base64 if text.len() > BASE64_LEN_MAX => None,
            Encoding::Base64 => {
                let alphabet = if text.ends_with(b"=") { STANDARD } else { STANDARD_NO_PAD };
                alphabet.decode(text, Out::from_slice(&mut place)).ok().map(|bytes| bytes.len())
            }
        };
        if length == Some(self.length) {
            self.read.push(place);
        }
    }

    /// How many could be read.
    pub(super) fn len(&self) -> usize {
        self.read.len()
    }

    /// Whether `tag` is among them; each comparison takes the same time wherever they differ.
    pub(super) fn contains(&self, tag: &[u8]) -> bool {
        self.read.iter().any(|bytes| verify_slices_are_equal(&bytes[..self.length], tag).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::super::verify::decoded;
    use super::*;

    #[test]
    fn a_signature_is_found_however_it_is_written_and_only_at_its_full_length() {
        let tag: Vec<u8> = (0..64).collect();
        let hex = HEXLOWER.encode(&tag);
        for (text, encoding, expected) in [
            (hex.clone(), Encoding::Hex, true),
            (hex.to_uppercase(), Encoding::Hex, true),
            (format!(" {hex} "), Encoding::Hex, true),
            (hex[2..].to_owned(), Encoding::Hex, false),
            (format!("0x{}", &hex[2..]), Encoding::Hex, false),
            (format!("0x{hex}"), Encoding::Hex, false),
            (format!("{hex}00"), Encoding::Hex, false),
            ("zz".repeat(64), Encoding::Hex, false),
            (BASE64.encode(&tag), Encoding::Base64, true),
            (BASE64_NOPAD.encode(&tag), Encoding::Base64, true),
            (BASE64.encode(&tag).replace("==", "="), Encoding::Base64, false),
            // The same bytes, if the bits behind the last one were not looked at.
            (BASE64.encode(&tag).replace("w==", "x=="), Encoding::Base64, false),
            (BASE64.encode(&tag).replace("w==", "x"), Encoding::Base64, false),
            (format!("{}=", BASE64.encode(&tag)), Encoding::Base64, false),
            ("=".to_owned(), Encoding::Base64, false),
            ("=".repeat(88), Encoding::Base64, false),
            (BASE64.encode(&tag[1..]), Encoding::Base64, false),
            ("A".repeat(10_000), Encoding::Base64, false),
        ] {
            let mut tags = Tags::of(64);
            tags.add(&text, encoding);
            assert_eq!(tags.len() == 1, expected, "{text}");
            assert_eq!(tags.contains(&tag), expected, "{text}");
        }
    }

    #[test]
    fn what_comes_after_the_eighth_is_not_looked_at() {
        let mut tags = Tags::of(32);
        (0..9_u8).for_each(|number| tags.add(&BASE64.encode(&[number; 32]), Encoding::Base64));
        assert!(tags.contains(&[7; 32]) && !tags.contains(&[8; 32]));
    }

    proptest! {
        /// Read here in a hurry, and elsewhere by a library without tricks, which takes padding in the middle too.
        #[test]
        fn a_signature_is_read_here_as_everywhere(
            bytes in vec(any::<u8>(), 29..36),
            at in any::<Index>(),
            letter in "[\\x00-<>-\\x7fé]{0,2}",
            encoding in prop_oneof![Just(Encoding::Hex), Just(Encoding::Base64)],
            padded in any::<bool>(),
        ) {
            let mut text = match (encoding, padded) {
                (Encoding::Hex, _) => HEXLOWER.encode(&bytes),
                (Encoding::Base64, true) => BASE64.encode(&bytes),
                (Encoding::Base64, false) => BASE64_NOPAD.encode(&bytes),
            };
            let at = at.index(text.len());
            text.replace_range(at..(at + 1).min(text.len()), &letter);
            let mut tags = Tags::of(32);
            tags.add(&text, encoding);
            let elsewhere = decoded(&text, encoding).filter(|bytes| bytes.len() == 32);
            prop_assert_eq!(tags.len() == 1, elsewhere.is_some(), "{}", text);
            prop_assert!(elsewhere.is_none_or(|bytes| tags.contains(&bytes)), "{}", text);
        }
    }
}
