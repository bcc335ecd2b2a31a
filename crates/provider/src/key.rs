//! A signing key, prepared once and wiped when dropped.

use aws_lc_rs::hmac;
use payhook_domain::identity::Digest;

/// One key of a source.
#[derive(Clone)]
pub struct Key {
    /// What the operator calls it; shown in logs and in the quarantine.
    pub name: String,
    /// A retired key accepts nothing; it only explains why something was refused.
    pub retired: bool,
    /// The provider's own check value, where it defines one: tells which key is meant without showing it.
    pub check_value: Option<String>,
    /// The prepared HMAC-SHA256 key.
    pub(crate) hmac: hmac::Key,
}

impl Key {
    /// Prepares an HMAC-SHA256 key from its raw bytes.
    pub(crate) fn hmac_sha256(name: &str, bytes: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            retired: false,
            check_value: None,
            hmac: hmac::Key::new(hmac::HMAC_SHA256, bytes),
        }
    }

    /// Tells keys apart in a configuration digest without keeping or showing them.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        let tag = hmac::sign(&self.hmac, b"payhook key fingerprint");
        Digest::of([tag.as_ref(), self.name.as_bytes(), &[u8::from(self.retired)]])
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("name", &self.name).field("retired", &self.retired).finish_non_exhaustive()
    }
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
