//! Identity: what makes two reports of one fact the same fact.
//!
//! An identity is built from *signed* fields only, inside a [`Scope`], and kept as a 16-byte digest. It never expires:
//! Adyen signs no time, so identities are the only protection against an old body sent again. Beside it stand two
//! content digests: one over the signed details that money hangs on, one over everything. They tell a duplicate from a
//! revision from a conflict.

use aws_lc_rs::digest::{self, Context, SHA256};

/// Parts of an identity are short and many: up to this many bytes they are gathered and digested in one step, which costs
/// a third less than a context that is updated with each.
const GATHERED_MAX: usize = 256;

/// The first 16 bytes of a SHA-256. At 2⁶⁴ digests a collision becomes likely; a merchant makes fewer than 2⁴⁰.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 16]);

impl Digest {
    /// Digests `parts`, each preceded by its length, so that no two lists of parts read alike.
    #[must_use]
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut gathered = [0; GATHERED_MAX];
        let mut length = 0;
        let mut context: Option<Context> = None;
        for part in parts {
            let preceding = (part.len() as u64).to_be_bytes();
            let room = gathered.get_mut(length..length + preceding.len() + part.len());
            if let (None, Some(room)) = (&context, room) {
                room[..preceding.len()].copy_from_slice(&preceding);
                room[preceding.len()..].copy_from_slice(part);
                length += room.len();
                continue;
            }
            let context = context.get_or_insert_with(|| begun(&gathered[..length]));
            context.update(&preceding);
            context.update(part);
        }
        let whole = context.map_or_else(|| digest::digest(&SHA256, &gathered[..length]), Context::finish);
        Self(*whole.as_ref().first_chunk().expect("a SHA-256 has 32 bytes"))
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

fn begun(bytes: &[u8]) -> Context {
    let mut context = Context::new(&SHA256);
    context.update(bytes);
    context
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
    fn long_parts_are_digested_as_short_ones_are() {
        for length in 0..2 * GATHERED_MAX {
            let (long, short) = (vec![b'l'; length], b"short".as_slice());
            let parts = [short, &long, short, &long, short];
            let framed = parts.map(|part| [&(part.len() as u64).to_be_bytes(), part].concat()).concat();
            let whole = digest::digest(&SHA256, &framed);
            assert_eq!(Digest::of(parts).as_bytes(), &whole.as_ref()[..16], "{length}");
        }
    }

    #[test]
    fn another_account_or_environment_is_another_identity() {
        let here = SCOPE.identity(&["psp"]);
        assert_ne!(here, Scope { account: "Other", ..SCOPE }.identity(&["psp"]));
        assert_ne!(here, Scope { environment: Environment::Live, ..SCOPE }.identity(&["psp"]));
    }
}
