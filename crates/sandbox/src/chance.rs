//! References that look like a provider's: from a seed and a number that is used once, the same again from the same seed.

use data_encoding::HEXUPPER;
use fastrand::Rng;

/// The letters of an Adyen reference.
const ALPHABET: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// One number of the sandbox's sequence, made into whatever is asked for. Ask once: the next asks the next number.
pub(crate) struct Chance(Rng);

impl Chance {
    pub(crate) fn new(seed: u64, serial: u64) -> Self {
        Self(Rng::with_seed(seed ^ serial.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// A pspReference: sixteen capital letters and digits.
    pub(crate) fn psp_reference(mut self) -> String {
        self.letters(16)
    }

    /// So many capital letters and digits.
    pub(crate) fn letters(&mut self, number: usize) -> String {
        (0..number).map(|_| char::from(ALPHABET[self.0.usize(..ALPHABET.len())])).collect()
    }

    /// So many random bytes in hexadecimal, capital letters.
    pub(crate) fn hex(&mut self, bytes: usize) -> String {
        let mut buffer = vec![0; bytes];
        self.0.fill(&mut buffer);
        HEXUPPER.encode(&buffer)
    }

    /// A UUID of version 4.
    pub(crate) fn uuid(mut self) -> String {
        let mut bytes = [0; 16];
        self.0.fill(&mut bytes);
        bytes[6] = bytes[6] & 0x0F | 0x40;
        bytes[8] = bytes[8] & 0x3F | 0x80;
        let hex = data_encoding::HEXLOWER.encode(&bytes);
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0.u64(..bound.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_reference_and_the_next_number_another() {
        let psp = |seed, serial| Chance::new(seed, serial).psp_reference();
        assert_eq!(psp(1, 1), psp(1, 1));
        assert_ne!(psp(1, 1), psp(1, 2));
        assert_ne!(psp(1, 1), psp(2, 1));
        assert!(psp(1, 1).len() == 16 && psp(1, 1).bytes().all(|byte| ALPHABET.contains(&byte)));
    }

    #[test]
    fn a_uuid_says_its_version_and_variant() {
        let uuid = Chance::new(7, 7).uuid();
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
        assert!(matches!(&uuid[19..20], "8" | "9" | "a" | "b"));
    }
}
