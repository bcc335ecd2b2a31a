//! Identity: what makes two reports of one fact the same fact.
//!
//! An identity is built from *signed* fields only, inside a [`Scope`], and kept as a 16-byte digest. It never expires:
//! Adyen signs no time, so identities are the only protection against an old body sent again. Beside it stand two
//! content digests: one over the signed details that money hangs on, one over everything. They tell a duplicate from a
//! revision from a conflict.

use aws_lc_rs::digest::{Context, SHA256};

/// The first 16 bytes of a SHA-256. At 2⁶⁴ digests a collision becomes likely; a merchant makes fewer than 2⁴⁰.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 16]);

impl Digest {
    /// Digests `parts`, each preceded by its length, so that no two lists of parts read alike.
    #[must_use]
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut first = [0; 16];
        first.copy_from_slice(&context.finish().as_ref()[..16]);
        Self(first)
    }

    /// A digest read back from the store.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes as the store keeps them.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

/// Test money or real money. Taken from the source's configuration, never from a notification's unsigned word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Environment {
    /// Real money; also what a source counts as when it names no environment.
    #[default]
    Live,
    /// The provider's test environment.
    Test,
}

impl Environment {
    /// `live` or `test`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

/// Where an identity holds: one merchant account at one provider in one environment. Two sources that receive for the
/// same account therefore join the same event.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The provider's name, `adyen`.
    pub provider: &'a str,
    /// The merchant account the notification names (signed), or empty when the provider has none.
    pub account: &'a str,
    /// The source's configured environment.
    pub environment: Environment,
}

impl Scope<'_> {
    /// The identity made of `parts` within this scope.
    #[must_use]
    pub fn identity(&self, parts: &[&str]) -> Digest {
        let scope = [self.provider.as_bytes(), self.account.as_bytes(), self.environment.as_str().as_bytes()];
        Digest::of(scope.into_iter().chain(parts.iter().map(|part| part.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: Scope<'_> = Scope { provider: "adyen", account: "Shop", environment: Environment::Test };

    #[test]
    fn parts_cannot_be_cut_elsewhere_and_read_the_same() {
        assert_ne!(SCOPE.identity(&["ab", "c"]), SCOPE.identity(&["a", "bc"]));
        assert_ne!(SCOPE.identity(&["ab"]), SCOPE.identity(&["ab", ""]));
    }

    #[test]
    fn another_account_or_environment_is_another_identity() {
        let here = SCOPE.identity(&["psp"]);
        assert_ne!(here, Scope { account: "Other", ..SCOPE }.identity(&["psp"]));
        assert_ne!(here, Scope { environment: Environment::Live, ..SCOPE }.identity(&["psp"]));
    }
}
