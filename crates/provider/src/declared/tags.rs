//! The signatures of one request, decoded without allocating.

use arrayvec::ArrayVec;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use data_encoding::{BASE64, BASE64_NOPAD, Encoding as Alphabet};

use super::part::VALUES_MAX;
use super::scheme::Encoding;

/// Bytes of the longest digest, SHA-512's.
const LENGTH_MAX: usize = 64;
/// The same with room for the last group of base64.
const ROOM: usize = LENGTH_MAX + 2;

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
            Encoding::Base64 => read(&BASE64, text, &mut place).or_else(|| read(&BASE64_NOPAD, text, &mut place)),
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

/// Decodes into `place`, which has room for base64's last group of three. Returns how many bytes there were.
fn read(alphabet: &Alphabet, text: &[u8], place: &mut [u8; ROOM]) -> Option<usize> {
    let room = alphabet.decode_len(text.len()).ok().filter(|room| *room <= ROOM)?;
    alphabet.decode_mut(text, &mut place[..room]).ok()
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

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
}
