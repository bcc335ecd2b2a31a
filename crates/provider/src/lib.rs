//! What each payment provider speaks: verify, parse, sign.
//!
//! A provider is a table in `declared/schemes.toml`, where its signature is of a kind that can be declared, else a folder
//! here and one line in `IN_CODE`. The door of either is [`Provider`]: few methods, none with a default, so that
//! forgetting one does not compile. Everything is pure: no I/O, no async, no clock; the caller brings the bytes,
//! the keys and the time. Only `verify` can make a [`Verified`], so parsing what was not verified does not compile.
//!
//! # How to add a provider
//!
//! One that can be declared: `docs/guide/providers.md`, *One for everybody*. Any other:
//!
//! 1. Make `src/<name>/mod.rs` with a unit struct that implements [`Provider`], and the rooms its siblings have.
//! 2. Add it to `IN_CODE`.
//! 3. Give it samples in [`sample`], and a fuzz target under `fuzz/`.
//! 4. Add it to the keys of `tests/it/fixtures.rs` and write its fixtures, a pair for each kind of event.
//! 5. Let its `diagnose` try the mistakes its integrators make ([`doctor`]).
//! 6. `cargo test -p payhook-provider` runs the suites over it: `verify(sign(x))` holds, and with any signed value
//!    changed it does not.
//!
//! For the words of a declared one ([`declared`]) to mean something it gets a folder with a `Sense`, a line in
//! `declared/catalogue.rs`, fixtures, and stories in `tests/it/understood`.

mod about;
mod ack;
mod adyen;
mod asymmetric;
mod banked;
mod braintree;
mod checkout_com;
mod currency;
pub mod declared;
pub mod doctor;
mod entries;
mod fields;
mod gocardless;
mod json;
mod jwks;
mod key;
mod keyring;
mod meaning;
mod mollie;
mod mollie_classic;
mod original;
mod reader;
mod request;
pub mod sample;
mod scalar;
mod sign;
mod square;
mod stripe;
mod truelayer;
mod verified;
mod view;
mod xml;

pub use about::{About, Accounts, KeySets};
pub use ack::{Ack, Outcome};
pub use adyen::decimals as adyen_decimals;
pub use jwks::{KeySet, KeySetMistake};
pub use key::{Key, KeyMistake};
pub use request::RawRequest;
pub use sign::{SignedRequest, Unsigned};
pub use verified::{Item, NeedsKey, Papers, Parsed, Refused, Verified};

use std::collections::BTreeMap;
use std::time::Duration;

use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_domain::identity::Environment;
use payhook_domain::kind::Kind;
use payhook_domain::time::Timestamp;

/// The providers that are code.
const IN_CODE: &[&dyn Provider] =
    &[&adyen::Adyen, &banked::Banked, &braintree::Braintree, &mollie_classic::MollieClassic, &truelayer::TrueLayer];

/// Every provider this release speaks: those that are code, then those that are declared.
pub fn all() -> impl Iterator<Item = &'static dyn Provider> {
    let declared = declared::built_in().iter().map(|declared| *declared as &dyn Provider);
    IN_CODE.iter().copied().chain(declared)
}

/// The provider with this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Provider> {
    all().find(|provider| provider.name() == name)
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

    /// Writes 32 random bytes as a key the way the provider would issue one; nothing where no receiver can make its keys.
    fn key_text(&self, random: &[u8; 32]) -> Option<String>;

    /// Judges each item of a request over its exact bytes, with every key given.
    fn verify<'r>(&self, request: &RawRequest<'r>, keys: &[Key], policy: &Policy, now: Timestamp) -> Papers<'r>;

    /// Says what an authentic item reports.
    fn parse(&self, verified: &Verified<'_>, environment: Environment) -> Parsed;

    /// Whether what stands there is a secret of its own that signs nothing, a password or a token: of such only the
    /// presence is kept, since whoever reads it could forge notifications.
    fn is_credential(&self, carrier: Carrier<'_>) -> bool {
        carrier.is_credential()
    }

    /// Puts back into the headers of an authentic request what of them was not kept, as the provider would write it today;
    /// nothing where a signature is the proof. Never of a request that was refused: it would be proved by us.
    fn put_back(&self, _headers: &mut HeaderMap, _keys: &[Key]) {}

    /// What the provider waits to hear.
    fn ack(&self, request: &RawRequest<'_>, outcome: Outcome) -> Ack;

    /// The answer to a GET by which the provider asks whether this is the right address; nothing where it never asks so.
    fn challenge(&self, request: &RawRequest<'_>, keys: &[Key]) -> Option<Ack>;

    /// Says why a request does not verify: the verdict of [`Self::verify`] on each item, and what explains a refusal. For
    /// people, never on the way of a notification: it tries the usual mistakes one by one.
    fn diagnose(&self, case: &doctor::Case<'_>) -> Vec<doctor::Diagnosis>;

    /// Signs a notification as the provider would: for the sandbox, `trigger`, and tests of the other direction. Nothing
    /// where the key is the public half alone, or the signature stands elsewhere than in a header or an item.
    fn sign(&self, unsigned: Unsigned, key: &Key, policy: &Policy, now: Timestamp) -> Option<SignedRequest>;

    /// Every event code it is known to send, for documentation and for catching spelling mistakes in routes.
    fn codes(&self) -> &'static [CodeRow];

    /// What a source of it has to set, and what its signature proves.
    fn about(&self) -> About<'_>;
}

/// A place of a request outside its body.
#[derive(Clone, Copy, Debug)]
pub enum Carrier<'n> {
    /// A header.
    Header(&'n HeaderName, &'n HeaderValue),
    /// The field of the query with this name.
    Query(&'n str),
}

impl Carrier<'_> {
    /// Whether it carries credentials whoever sends.
    fn is_credential(self) -> bool {
        matches!(self, Self::Header(name, _) if [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE].contains(name))
    }
}

/// What a source may set about verification.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// How far a signed time may be from now.
    pub tolerance: Tolerance,
    /// The URL the provider posts to, where it signs that. From the configuration, never from the request: whoever sends
    /// chooses `Host`.
    pub url: Option<String>,
    /// Where keys stand that are looked for when the source's own lack the one a signature names; nothing where only its
    /// own count. From the configuration, never from the request: whoever signs could name a set of his own.
    pub key_set: Option<String>,
    /// Values that the provider signs and does not send.
    pub parameters: BTreeMap<String, String>,
    /// Event codes, in the provider's words, that are let in when they carry no signature at all. A wrong one is refused.
    pub unsigned_events: Vec<String>,
}

/// How far a signed time may be from now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tolerance {
    /// As the provider says.
    #[default]
    Usual,
    /// However far.
    Off,
    /// So far, both ways.
    Within(Duration),
}

impl<'p> KeySets<'p> {
    /// The set of an environment.
    #[must_use]
    pub fn of(&self, environment: Environment) -> &'p str {
        match environment {
            Environment::Live => self.live,
            Environment::Test => self.test,
        }
    }
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
