//! The facts of one payment: a set keyed by the identity of the events that state them.

use std::collections::BTreeMap;

use super::belief::Payment;
use crate::fact::Fact;
use crate::identity::Digest;

/// The facts of one payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    facts: BTreeMap<Digest, (Digest, Fact)>,
}

/// What a fact changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Whether anything is believed differently now.
    pub changed: bool,
    /// Whether another event of the same subject and part, with a later date, was known already.
    pub stale: bool,
}

impl Facts {
    /// Takes in what the event `id` states. When it stated something before (a revision), the one with the later date
    /// counts, then the one with the greater `content`; so the order of arrival does not matter.
    pub fn add(&mut self, id: Digest, content: Digest, fact: Fact) -> Added {
        let before = self.facts.insert(id, (content, fact));
        Added { changed: before.is_none(), stale: false }
    }

    /// Puts the accepted version of a conflict in the place of what the event stated before.
    pub fn replace(&mut self, id: Digest, content: Digest, fact: Fact) {
        self.facts.insert(id, (content, fact));
    }

    /// Takes over what is known of a payment that turned out to be this one.
    pub fn absorb(&mut self, other: Self) {
        self.facts.extend(other.facts);
    }

    /// What they amount to.
    #[must_use]
    pub fn fold(&self) -> Payment {
        Payment::default()
    }

    /// As the store keeps them.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Reads what [`Self::write`] wrote; nothing when it did not.
    #[must_use]
    pub fn read(_bytes: &[u8]) -> Option<Self> {
        None
    }
}
