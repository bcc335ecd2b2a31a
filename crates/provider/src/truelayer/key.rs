//! TrueLayer's keys: points on P-521. Each has an id, which is its name here.

use crate::asymmetric::{self, Pair, PublicKey, Signer};
use crate::jwks::Jwk;
use crate::key::Material;
use crate::{Key, KeyMistake};

/// Longest key accepted, in bytes.
const KEY_LEN_MAX: usize = 16 << 10;

/// Reads a public key as PEM or as a JWK; a private one, as PEM, signs as well.
pub(super) fn read(name: &str, text: &str) -> Result<Key, KeyMistake> {
    let hint = "give the key of this id from https://webhooks.truelayer.com/.well-known/jwks, or as PEM";
    if text.trim().is_empty() {
        return Err(KeyMistake::new("is empty", hint));
    }
    if text.len() > KEY_LEN_MAX {
        return Err(KeyMistake::new("is longer than 16 KiB", hint));
    }
    if text.trim_start().starts_with('{') {
        return of_jwk(name, text, hint);
    }
    let (label, bytes) = asymmetric::pem(text).ok_or_else(|| KeyMistake::new("is neither PEM nor a JWK", hint))?;
    let signer = label.contains("PRIVATE").then(|| Signer::read(Pair::P521, &bytes)).flatten();
    let key = match &signer {
        Some(signer) => signer.public(),
        None if label.contains("PRIVATE") => None,
        None => PublicKey::read(Pair::P521, &bytes),
    };
    let key = key.ok_or_else(|| KeyMistake::new("is no key of the curve P-521", hint))?;
    Ok(Key::new(name, Material::Public { key, signer }))
}

fn of_jwk(name: &str, text: &str, hint: &str) -> Result<Key, KeyMistake> {
    let jwk = Jwk::read(text).ok_or_else(|| KeyMistake::new("is no JWK", hint))?;
    if jwk.kid.as_deref().is_some_and(|kid| kid != name) {
        return Err(KeyMistake::new("is a JWK with another id than its name", "name the key as its `kid` says"));
    }
    jwk.p521()
        .map(|key| Key::new(name, Material::Public { key, signer: None }))
        .ok_or_else(|| KeyMistake::new("is a JWK of another curve than P-521", hint))
}
