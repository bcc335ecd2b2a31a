//! What the doctor is asked.

use payhook_domain::identity::Environment;
use payhook_domain::time::Timestamp;

use crate::{Key, Policy, RawRequest};

/// A request, and whatever may explain why it does not verify.
#[derive(Clone, Copy, Debug)]
pub struct Case<'c> {
    /// The request as it was captured.
    pub request: RawRequest<'c>,
    /// The keys that may have signed it.
    pub suspects: &'c [Suspect],
    /// The source's own settings.
    pub policy: &'c Policy,
    /// When it was received.
    pub now: Timestamp,
    /// The source's environment, where it names one.
    pub environment: Option<Environment>,
}

/// A key that may have signed a request.
#[derive(Clone, Debug)]
pub struct Suspect {
    /// The key.
    pub key: Key,
    /// What it would mean if it did.
    pub of: Belongs,
}

/// Whose a suspected key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// The source's own, valid or retired.
    Source,
    /// Another source's.
    Other {
        /// The source's name.
        source: String,
        /// Its environment, where it names one.
        environment: Option<Environment>,
    },
    /// Nobody's own: it stands in the key set that the source looks into.
    KeySet,
    /// Nobody's: a key's text read as it should not be. The words say how: `its text instead of the bytes it stands for`.
    Misread(&'static str),
}

impl Case<'_> {
    /// The keys the door would try.
    pub(crate) fn keys(&self) -> Vec<Key> {
        self.suspects
            .iter()
            .filter(|suspect| suspect.of == Belongs::Source)
            .map(|suspect| suspect.key.clone())
            .collect()
    }
}
