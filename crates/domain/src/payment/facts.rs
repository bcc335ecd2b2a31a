//! The facts of one payment: a set keyed by the identity of the events that state them.

use std::cmp::Ordering;

use super::belief::Payment;
use super::{fold, stale};
use crate::fact::{Effect, Fact, Subject};
use crate::identity::Digest;
use crate::written;

/// The layout this release writes.
const VERSION: u8 = 1;

/// The facts of one payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// By identity, ascending: read and written in one pass, and small for all but a few payments.
    entries: Vec<Entry>,
    /// Whether a fact came when there were [`Facts::MAX`] already.
    overfull: bool,
}

/// What a fact changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Whether the facts are others now: a new one, or a later version of a known one. A repeat changes nothing.
    pub changed: bool,
    /// Whether a later word on the same subject and part was known already, and nothing is believed differently for this one.
    pub stale: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    id: Digest,
    content: Digest,
    fact: Fact,
}

impl Facts {
    /// Most facts of one payment. What comes beyond them is not folded, and the payment is flagged; up to here the
    /// order of arrival makes no difference, beyond it those that came first stay.
    pub const MAX: usize = 4_096;

    /// Takes in what the event `id` states. When it stated something before (a revision), the one with the later date
    /// counts, then the one with the greater `content`; so the order of arrival does not matter.
    ///
    /// Whether it tells anything is asked of the fold before and after, but only where a later word on the same is known.
    pub fn add(&mut self, id: Digest, content: Digest, fact: Fact) -> Added {
        let before = self.is_overtaken(&fact).then(|| (stale::position(&self.fold(), &fact), fact.clone()));
        let changed = self.take(id, content, fact);
        let stale = before.is_some_and(|(before, fact)| before == stale::position(&self.fold(), &fact));
        Added { changed, stale }
    }

    /// The same, where nobody asks whether it came late. Whether the facts are others now.
    pub fn take(&mut self, id: Digest, content: Digest, fact: Fact) -> bool {
        self.take_in(Entry { id, content, fact })
    }

    /// Puts the accepted version of a conflict in the place of what the event stated before.
    pub fn replace(&mut self, id: Digest, content: Digest, fact: Fact) {
        match self.place(&id) {
            Ok(place) => self.entries[place] = Entry { id, content, fact },
            Err(place) => self.insert(place, Entry { id, content, fact }),
        }
    }

    /// Takes over what these events stated, as it was known before.
    pub fn keep(&mut self, before: &Self, events: &[Digest]) {
        for entry in before.entries.iter().filter(|entry| events.contains(&entry.id)) {
            self.take_in(entry.clone());
        }
        self.overfull |= before.overfull && !events.is_empty();
    }

    /// Takes over what is known of a payment that turned out to be this one.
    pub fn absorb(&mut self, other: Self) {
        self.overfull |= other.overfull;
        for entry in other.entries {
            self.take_in(entry);
        }
    }

    /// What they amount to.
    #[must_use]
    pub fn fold(&self) -> Payment {
        let said = self.entries.iter().map(|entry| (entry.id, &entry.fact));
        fold::fold(said, self.overfull)
    }

    /// The merchant's reference of the payment: of its authorisation, else of the earliest word on the payment itself, else of
    /// the earliest that has one. So it does not depend on which came first.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.first_named(|fact| fact.reference.as_deref())
    }

    /// The provider's reference of the payment, chosen likewise; of several payments of one order, of the first.
    #[must_use]
    pub fn provider_reference(&self) -> Option<&str> {
        self.first_named(|fact| Some(fact.leg.as_str()).filter(|leg| !leg.is_empty()))
    }

    /// How many facts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The facts by the identity of the event that states them, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (&Digest, &Fact)> {
        self.entries.iter().map(|entry| (&entry.id, &entry.fact))
    }

    /// As the store keeps them: a version, whether there were too many, their number, and each with its digests.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + 192 * self.entries.len());
        bytes.extend_from_slice(&[VERSION, u8::from(self.overfull)]);
        written::write_length(&mut bytes, self.entries.len());
        for entry in &self.entries {
            bytes.extend_from_slice(entry.id.as_bytes());
            bytes.extend_from_slice(entry.content.as_bytes());
            entry.fact.write(&mut bytes);
        }
        bytes
    }

    /// Reads what [`Self::write`] wrote; nothing when it did not.
    #[must_use]
    pub fn read(mut bytes: &[u8]) -> Option<Self> {
        let [version, overfull] = written::take(&mut bytes)?;
        let count = written::read_length(&mut bytes)?;
        if version != VERSION || overfull > 1 || count > Self::MAX {
            return None;
        }
        let mut entries: Vec<Entry> = Vec::with_capacity(count + 1);
        for _ in 0..count {
            let id = Digest::from_bytes(written::take(&mut bytes)?);
            let content = Digest::from_bytes(written::take(&mut bytes)?);
            let fact = Fact::read(&mut bytes)?;
            if entries.last().is_some_and(|last| last.id >= id) {
                return None;
            }
            entries.push(Entry { id, content, fact });
        }
        bytes.is_empty().then_some(Self { entries, overfull: overfull == 1 })
    }

    fn first_named<'f>(&'f self, name: impl Fn(&'f Fact) -> Option<&'f str>) -> Option<&'f str> {
        let rank = |fact: &Fact| match (fact.subject, fact.effect) {
            (Subject::Payment, Effect::Succeeded | Effect::Sent | Effect::Settled) => 0,
            (Subject::Payment, _) => 1,
            _ => 2,
        };
        let named = self.entries.iter().filter_map(|entry| Some((entry, name(&entry.fact)?)));
        let first = named.min_by_key(|(entry, _)| (rank(&entry.fact), entry.fact.occurred_at, entry.id));
        first.map(|(_, name)| name)
    }

    fn place(&self, id: &Digest) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| entry.id.cmp(id))
    }

    /// Whether the set is another now.
    fn take_in(&mut self, entry: Entry) -> bool {
        match self.place(&entry.id) {
            Ok(place) if self.entries[place].is_replaced_by(&entry) => {
                self.entries[place] = entry;
                true
            }
            Ok(_) => false,
            Err(place) => {
                let (count, overfull) = (self.entries.len(), self.overfull);
                self.insert(place, entry);
                self.entries.len() > count || self.overfull != overfull
            }
        }
    }

    fn insert(&mut self, place: usize, entry: Entry) {
        if self.entries.len() < Self::MAX {
            self.entries.insert(place, entry);
        } else {
            self.overfull = true;
        }
    }

    fn is_overtaken(&self, fact: &Fact) -> bool {
        self.entries.iter().any(|entry| stale::is_overtaken(fact, &entry.fact))
    }
}

impl Entry {
    /// Whether `other`, of the same event, is the version that counts. The last resort is what is written, so that any
    /// two versions have an order.
    fn is_replaced_by(&self, other: &Self) -> bool {
        let rank = |entry: &Self| (entry.fact.occurred_at, entry.content);
        let written = |entry: &Self| {
            let mut bytes = Vec::new();
            entry.fact.write(&mut bytes);
            bytes
        };
        let order = rank(self).cmp(&rank(other));
        order.then_with(|| if self.fact == other.fact { Ordering::Equal } else { written(self).cmp(&written(other)) })
            == Ordering::Less
    }
}
