//! `Tl-Signature`: `<header>..<signature>`, each in the URL's base64, the payload left out.

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

use crate::KeySets;

/// Where it stands.
pub(super) const HEADER: &str = "tl-signature";

/// Longest header that is read: TrueLayer's have some 400 characters.
const LENGTH_MAX: usize = 4_096;
/// Most headers that are signed.
const HEADERS_MAX: usize = 32;

/// Where TrueLayer publishes the keys that sign live webhooks, and those of its sandbox. Beside these only the set that the
/// source is configured with counts, whatever a signature says: whoever signs could name his own.
pub(super) const KEY_SETS: KeySets<'static> = KeySets {
    live: "https://webhooks.truelayer.com/.well-known/jwks",
    test: "https://webhooks.truelayer-sandbox.com/.well-known/jwks",
};

/// Whether a key set is one of TrueLayer's own.
fn is_truelayers(url: &str) -> bool {
    [KEY_SETS.live, KEY_SETS.test].contains(&url)
}

/// What is said of a signature that names a key set of somebody else's.
pub(super) const FOREIGN_SET: &str = "it names a key set (jku) that is not TrueLayer's";

/// The header of a JWS, as far as it counts.
#[derive(Debug, Deserialize)]
struct Head {
    alg: String,
    kid: String,
    tl_version: String,
    #[serde(default)]
    tl_headers: String,
    #[serde(default)]
    jku: Option<String>,
}

/// A signature, taken apart.
#[derive(Debug)]
pub(super) struct Jws<'r> {
    /// The first part as it is written, which is signed.
    pub(super) head: &'r str,
    /// The name of the key.
    pub(super) kid: String,
    /// The key set it says the key is in.
    pub(super) jku: Option<String>,
    /// The headers that are signed, in order, spelt as they are signed.
    pub(super) headers: Vec<String>,
    pub(super) signature: Vec<u8>,
}

impl<'r> Jws<'r> {
    /// Reads one for a source with this key set, if with any; an error says what it is not.
    pub(super) fn read(text: &'r str, key_set: Option<&str>) -> Result<Self, &'static str> {
        if text.len() > LENGTH_MAX {
            return Err("it is longer than any TrueLayer sends");
        }
        let mut parts = text.split('.');
        let (Some(head), Some(""), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err("it is not <header>..<signature> with the payload left out");
        };
        let decoded = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        let signature = decoded(signature).ok_or("its signature is not the URL's base64")?;
        let read: Head = decoded(head)
            .and_then(|json| serde_json::from_slice(&json).ok())
            .ok_or("its header is no JSON with alg, kid and tl_version")?;
        if read.alg != "ES512" || read.tl_version != "2" {
            return Err("it is of another algorithm or version than ES512 and 2");
        }
        if read.jku.as_deref().is_some_and(|jku| !is_truelayers(jku) && Some(jku) != key_set) {
            return Err(FOREIGN_SET);
        }
        let headers: Vec<String> =
            read.tl_headers.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        if headers.len() > HEADERS_MAX {
            return Err("it signs more headers than any TrueLayer sends");
        }
        Ok(Self { head, kid: read.kid, jku: read.jku, headers, signature })
    }

    /// Whether its key may be looked up in this set: where the signature names the same one. A set of the operator's own
    /// stands in for whichever of TrueLayer's is named: it may be a copy.
    pub(super) fn names_set(&self, url: &str) -> bool {
        self.jku.as_deref().is_some_and(|jku| jku == url || !is_truelayers(url) && is_truelayers(jku))
    }
}
