//! References as providers make them, drawn from a seed: the same seed and purpose give the same one.

use payhook_domain::identity::Digest;

/// Sixteen capital letters and digits, as Adyen's `pspReference`.
pub(crate) fn psp(seed: u64, purpose: &str) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    drawn(seed, purpose).iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

/// A version 4 UUID.
pub(crate) fn uuid(seed: u64, purpose: &str) -> String {
    let mut bytes = drawn(seed, purpose);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// Letters and digits, as many as wanted, as in Stripe's ids.
pub(crate) fn letters(seed: u64, purpose: &str, length: usize) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let drawn = (0_u32..).flat_map(|round| drawn(seed, &format!("{purpose} {round}")));
    drawn.take(length).map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()])).collect()
}

/// A number below `limit`.
pub(crate) fn number(seed: u64, purpose: &str, limit: u64) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&drawn(seed, purpose)[..8]);
    u64::from_be_bytes(first) % limit
}

fn drawn(seed: u64, purpose: &str) -> [u8; 16] {
    *Digest::of([seed.to_be_bytes().as_slice(), purpose.as_bytes()]).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_look_like_the_providers_own() {
        let psp = psp(1, "payment");
        assert!(psp.len() == 16 && psp.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
        let letters = letters(1, "payment", 24);
        assert!(letters.len() == 24 && letters.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let uuid = uuid(1, "session");
        assert_eq!(uuid.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert_eq!(uuid.as_bytes()[14], b'4');
    }
}
