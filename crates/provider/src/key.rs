//! A key, prepared once and wiped when dropped: a shared secret, or the public half of a pair.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use payhook_domain::identity::Digest;
use zeroize::Zeroizing;

use crate::asymmetric::{PublicKey, Signer};

/// One key of a source.
#[derive(Clone)]
pub struct Key {
    /// What the operator calls it; shown in logs and in the quarantine.
    pub name: String,
    /// A retired key accepts nothing; it only explains why something was refused.
    pub retired: bool,
    /// The provider's own check value, where it defines one: tells which key is meant without showing it.
    pub check_value: Option<String>,
    /// What it is made of.
    pub(crate) material: Material,
}

/// What a key is made of.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly every key is an HMAC's, and a source has a handful")]
pub(crate) enum Material {
    /// The prepared key of an HMAC.
    Hmac(hmac::Key),
    /// Text that is compared or digested as it is. The digest, of fixed width, is what it is compared by: neither its
    /// length nor where another differs shows in the time that takes.
    Secret { text: Zeroizing<Vec<u8>>, digest: [u8; 32] },
    /// A public key; with the private one where that was given, so that the other direction can sign.
    Public { key: PublicKey, signer: Option<Signer> },
}

impl Key {
    /// A key of this material.
    pub(crate) fn new(name: &str, material: Material) -> Self {
        Self { name: name.to_owned(), retired: false, check_value: None, material }
    }

    /// Prepares an HMAC-SHA256 key from its raw bytes.
    pub(crate) fn hmac_sha256(name: &str, bytes: &[u8]) -> Self {
        Self::hmac(name, hmac::HMAC_SHA256, bytes)
    }

    /// Prepares an HMAC key from its raw bytes.
    pub(crate) fn hmac(name: &str, algorithm: hmac::Algorithm, bytes: &[u8]) -> Self {
        Self::new(name, Material::Hmac(hmac::Key::new(algorithm, bytes)))
    }

    /// Keeps a text that is compared, or digested beside the body.
    pub(crate) fn secret(name: &str, text: &[u8]) -> Self {
        Self::new(name, Material::Secret { text: Zeroizing::new(text.to_vec()), digest: sha256(text) })
    }

    /// Whether `tag` is the HMAC that this key makes over `message`; the comparison takes the same time wherever they
    /// differ.
    pub(crate) fn makes(&self, message: &[u8], tag: &[u8]) -> bool {
        match &self.material {
            Material::Hmac(key) => hmac::verify(key, message, tag).is_ok(),
            Material::Public { key, .. } => key.verifies(message, tag),
            Material::Secret { .. } => false,
        }
    }

    /// The algorithm of an HMAC key.
    pub(crate) fn algorithm(&self) -> Option<hmac::Algorithm> {
        match &self.material {
            Material::Hmac(key) => Some(key.algorithm()),
            Material::Secret { .. } | Material::Public { .. } => None,
        }
    }

    /// The HMAC over `message`.
    ///
    /// # Panics
    /// Where the key is no HMAC key: each provider signs with the keys it has read itself.
    pub(crate) fn tag(&self, message: &[u8]) -> hmac::Tag {
        match &self.material {
            Material::Hmac(key) => hmac::sign(key, message),
            Material::Secret { .. } | Material::Public { .. } => unreachable!("not a key of this provider"),
        }
    }

    /// Tells keys apart in a configuration digest without keeping or showing them.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        const LABEL: &[u8] = b"payhook key fingerprint";
        let print = match &self.material {
            Material::Hmac(key) => hmac::sign(key, LABEL),
            Material::Secret { text, .. } => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, text), LABEL),
            Material::Public { key, .. } => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.bytes()), LABEL),
        };
        Digest::of([print.as_ref(), self.name.as_bytes(), &[u8::from(self.retired)]])
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("name", &self.name).field("retired", &self.retired).finish_non_exhaustive()
    }
}

/// The SHA-256 of a text.
pub(crate) fn sha256(text: &[u8]) -> [u8; 32] {
    digest(&SHA256, text).as_ref().try_into().expect("SHA-256 is 32 bytes")
}

/// Why a text is not a key of this provider. Never shows the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct KeyMistake {
    /// What is wrong: `has 63 characters, not 64`.
    pub problem: String,
    /// What to do about it.
    pub hint: String,
}

impl KeyMistake {
    pub(crate) fn new(problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { problem: problem.into(), hint: hint.into() }
    }
}
