//! A secret: wiped when dropped, never shown.

use std::fmt;
use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use zeroize::Zeroizing;

/// A password or signing secret. `Debug` shows `[secret]`; there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes `text` into keeping.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The secret itself. Name it only where it is used.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Tells secrets apart in a configuration digest. Stretched, because the digest is shown and a password may be
    /// weak: 20,000 rounds of PBKDF2 cost a start a few milliseconds, and a guesser the same for every guess.
    pub(in crate::config) fn fingerprint(&self) -> [u8; 16] {
        const ROUNDS: NonZeroU32 = NonZeroU32::new(20_000).expect("not zero");
        let mut out = [0; 16];
        pbkdf2::derive(
            pbkdf2::PBKDF2_HMAC_SHA256,
            ROUNDS,
            b"payhook configuration digest",
            self.0.as_bytes(),
            &mut out,
        );
        out
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown_and_its_fingerprint_tells_it_apart() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert_eq!(secret.fingerprint(), Secret::new("hunter2").fingerprint());
        assert_ne!(secret.fingerprint(), Secret::new("hunter3").fingerprint());
    }
}
