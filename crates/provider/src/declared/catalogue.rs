//! The schemes of this release, and those that users declare.

use std::sync::{LazyLock, Mutex, PoisonError};

use payhook_domain::identity::Digest;

use super::draft::Draft;
use super::{Declared, Sense, load};
use crate::{Provider, checkout_com, gocardless, mollie, square, stripe};

/// The schemes of this release, as they are written, in TOML.
pub const SCHEMES: &str = include_str!("schemes.toml");

/// Most schemes of users that one process takes in. Each stays for as long as it runs, since sources refer to it; one that
/// is the same again costs nothing.
const OF_USERS_MAX: usize = 1_024;

/// The schemes of this release whose words are known.
const SENSES: &[(&str, &Sense)] = &[
    ("gocardless", &gocardless::SENSE),
    ("checkout-com", &checkout_com::SENSE),
    ("mollie", &mollie::SENSE),
    ("square", &square::SENSE),
    ("stripe", &stripe::SENSE),
];

/// What the words of a provider of this release mean.
pub(crate) fn sense(name: &str) -> Option<&'static Sense> {
    SENSES.iter().find(|(known, _)| *known == name).map(|(_, sense)| *sense)
}

/// The providers of this release whose signature is declared, in the order of their names.
pub(crate) fn built_in() -> &'static [&'static Declared] {
    static BUILT_IN: LazyLock<Vec<&'static Declared>> = LazyLock::new(|| {
        let drafts: std::collections::BTreeMap<String, toml::Table> =
            toml::from_str(SCHEMES).expect("the schemes of this release are TOML");
        let ready = drafts.into_iter().map(|(name, table)| {
            let text = table.to_string();
            let draft: Draft = table.try_into().unwrap_or_else(|error| panic!("scheme {name}: {error}"));
            leaked(&name, &text, &draft, sense(&name)).unwrap_or_else(|slip| panic!("scheme {name}: {slip}"))
        });
        ready.collect()
    });
    &BUILT_IN
}

fn leaked(name: &str, text: &str, draft: &Draft, sense: Option<&'static Sense>) -> Result<&'static Declared, String> {
    let scheme = load::scheme(draft)?;
    let name = String::leak(name.to_owned());
    let fingerprint = Digest::of([name.as_bytes(), text.as_bytes()]);
    Ok(Box::leak(Box::new(Declared { name, scheme, sense, fingerprint })))
}

/// Why a scheme is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemeMistake {
    /// Its name cannot be one.
    #[error("`{0}` cannot be the name of a scheme: write lower-case letters, digits and dashes, at most 40")]
    Name(String),
    /// A provider of this release has the name.
    #[error("`{0}` is a provider of this release: remove the scheme to use that one, or give it another name")]
    Taken(String),
    /// What it says does not fit.
    #[error("{0}")]
    Scheme(String),
    /// There were too many in this process.
    #[error("this process has read {OF_USERS_MAX} schemes: restart it")]
    TooMany,
}

impl SchemeMistake {
    /// What cannot be read, by the word it stands under.
    fn of(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        let (path, what) = (error.path().to_string(), error.inner());
        Self::Scheme(if path == "." { what.to_string() } else { format!("`{path}`: {what}") })
    }
}

/// The provider that a user's scheme declares, from JSON or what was read as such. The same scheme again is the same
/// provider.
///
/// # Errors
/// [`SchemeMistake`] says what is wrong with it.
pub fn of_user(name: &str, scheme: serde_json::Value) -> Result<&'static dyn Provider, SchemeMistake> {
    static OF_USERS: Mutex<Vec<&'static Declared>> = Mutex::new(Vec::new());
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name.len() > 40 || !name.bytes().all(is_plain) {
        return Err(SchemeMistake::Name(name.to_owned()));
    }
    if crate::by_name(name).is_some() {
        return Err(SchemeMistake::Taken(name.to_owned()));
    }
    let text = scheme.to_string();
    let draft: Draft = serde_path_to_error::deserialize(scheme).map_err(|error| SchemeMistake::of(&error))?;
    let fingerprint = Digest::of([name.as_bytes(), text.as_bytes()]);
    let mut known = OF_USERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(same) = known.iter().find(|known| known.fingerprint == fingerprint) {
        return Ok(*same);
    }
    if known.len() >= OF_USERS_MAX {
        return Err(SchemeMistake::TooMany);
    }
    let declared = leaked(name, &text, &draft, None).map_err(SchemeMistake::Scheme)?;
    known.push(declared);
    Ok(declared)
}
