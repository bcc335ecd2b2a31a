//! What each payment provider speaks: verify, parse, sign.
//!
//! A provider is a folder here and one line in [`ALL`]. Its door is [`Provider`]: few methods, none with a default, so
//! that forgetting one does not compile. Everything is pure: no I/O, no async, no clock; the caller brings the bytes,
//! the keys and the time. Only `verify` can make a [`Verified`], so parsing what was not verified does not compile.
//!
//! # How to add a provider
//!
//! 1. Make `src/<name>/mod.rs` with a unit struct that implements [`Provider`], and the rooms its siblings have.
//! 2. Add it to [`ALL`].
//! 3. Give it samples in [`sample`], and a fuzz target under `fuzz/`.
//! 4. Add it to the keys of `tests/it/fixtures.rs` and write its fixtures, a pair for each kind of event.
//! 5. Let its `diagnose` try the mistakes its integrators make ([`doctor`]).
//! 6. `cargo test -p payhook-provider` runs the suites over it: `verify(sign(x))` holds, and with any signed value
//!    changed it does not.

mod ack;
mod adyen;
mod banked;
pub mod doctor;
mod entries;
mod json;
mod key;
mod keyring;
mod meaning;
mod original;
mod reader;
mod request;
pub mod sample;
mod scalar;
mod sign;
mod verified;
mod xml;

pub use ack::{Ack, Outcome};
pub use key::{Key, KeyMistake};
pub use request::RawRequest;
pub use sign::{SignedRequest, Unsigned};
pub use verified::{Item, Papers, Parsed, Refused, Verified};

use std::time::Duration;

use payhook_domain::identity::Environment;
use payhook_domain::kind::Kind;
use payhook_domain::time::Timestamp;

/// Every provider this release speaks.
pub const ALL: &[&dyn Provider] = &[&adyen::Adyen, &banked::Banked];

/// The provider with this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Provider> {
    ALL.iter().copied().find(|provider| provider.name() == name)
}

/// One payment provider's way of speaking.
pub trait Provider: Send + Sync + 'static {
    /// Its name in configuration, payloads and identities: `adyen`.
    fn name(&self) -> &'static str;

    /// Reads a key as the provider issues it. What does not fit is refused here, at configuration, never at the first
    /// notification.
    ///
    /// # Errors
    /// [`KeyMistake`] says what is wrong, without showing the key.
    fn key(&self, name: &str, text: &str) -> Result<Key, KeyMistake>;

    /// Writes 32 random bytes as a key the way the provider would issue one.
    fn key_text(&self, random: &[u8; 32]) -> String;

    /// Judges each item of a request over its exact bytes, with every key given.
    fn verify<'r>(&self, request: &RawRequest<'r>, keys: &[Key], policy: &Policy, now: Timestamp) -> Papers<'r>;

    /// Says what an authentic item reports.
    fn parse(&self, verified: &Verified<'_>, environment: Environment) -> Parsed;

    /// What the provider waits to hear.
    fn ack(&self, request: &RawRequest<'_>, outcome: Outcome) -> Ack;

    /// Says why a request does not verify: the verdict of [`Self::verify`] on each item, and what explains a refusal. For
    /// people, never on the way of a notification: it tries the usual mistakes one by one.
    fn diagnose(&self, case: &doctor::Case<'_>) -> Vec<doctor::Diagnosis>;

    /// Signs a notification as the provider would: for the sandbox, `trigger`, and tests of the other direction.
    fn sign(&self, unsigned: Unsigned, key: &Key, now: Timestamp) -> SignedRequest;

    /// Every event code it is known to send, for documentation and for catching spelling mistakes in routes.
    fn codes(&self) -> &'static [CodeRow];
}

/// What a source may set about verification.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// How far a signed time may be from now, both ways; off when absent.
    pub tolerance: Option<Duration>,
    /// Event codes, in the provider's words, that are let in when they carry no signature at all. A wrong one is refused.
    pub unsigned_events: Vec<String>,
}

/// One event code of a provider.
#[derive(Clone, Copy, Debug)]
pub struct CodeRow {
    /// The provider's word.
    pub code: &'static str,
    /// What becomes true when it reports success, or simply happens.
    pub kind: Kind,
    /// What becomes true when it reports failure; the same as `kind` where the provider never does.
    pub kind_failed: Kind,
}
