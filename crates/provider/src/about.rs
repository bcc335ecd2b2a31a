//! What a provider asks of a source, and how far it proves what it says.

use payhook_domain::identity::Digest;

/// What a source of a provider has to set, and what its signature proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About<'p> {
    /// Whether the time of signing can be read, so that a tolerance means something.
    pub signs_time: bool,
    /// Whether the URL it posts to is signed.
    pub needs_url: bool,
    /// The values that a source has to set under `parameters`.
    pub parameters: Vec<&'p str>,
    /// Whether it says by name which key a notification is signed with: then the keys of a source carry those names.
    pub names_keys: bool,
    /// Whether what it sends names the merchant account that it is about.
    pub accounts: Accounts,
    /// Whether there is anything that a key could judge.
    pub takes_keys: bool,
    /// How the text of each of its keys begins, where it is part of the key.
    pub key_prefix: Option<&'p str>,
    /// Where it publishes the keys it signs with, where it does.
    pub key_sets: Option<KeySets<'p>>,
    /// Whether it sends some events without a signature, which a source may take by name.
    pub sends_unsigned: bool,
    /// Whether whoever changes the body makes the signature wrong.
    pub covers_body: bool,
    /// Whether what proves a notification is kept with it, so that it can be judged again: a password or a token is not.
    pub keeps_proof: bool,
    /// What its public documentation leaves open.
    pub note: Option<&'p str>,
    /// A digest of what defines it, where that is data.
    pub fingerprint: Option<Digest>,
}

impl About<'_> {
    /// A provider that is code, asks for nothing, and signs what it says.
    pub(crate) const fn in_code(signs_time: bool) -> Self {
        Self {
            signs_time,
            needs_url: false,
            parameters: Vec::new(),
            names_keys: false,
            accounts: Accounts::Never,
            takes_keys: true,
            key_prefix: None,
            key_sets: None,
            sends_unsigned: false,
            covers_body: true,
            keeps_proof: true,
            note: None,
            fingerprint: None,
        }
    }
}

/// Whether a provider's notifications name the merchant account they are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accounts {
    /// They do not: whose one is, only its key tells.
    Never,
    /// Those of a platform do, for the accounts that belong to it.
    OfPlatforms,
    /// They do.
    Named,
}

/// Where a provider publishes its keys, by environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySets<'p> {
    /// Those that sign live notifications.
    pub live: &'p str,
    /// Those that sign the ones of its sandbox.
    pub test: &'p str,
}
