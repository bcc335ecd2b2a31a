//! From a key's text, as the provider issues it, to a key.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use data_encoding::{BASE64, BASE64_NOPAD, Encoding, HEXLOWER, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

use super::scheme::{Algorithm, Means, Scheme, Secret, SecretEncoding};
use crate::asymmetric::{self, Pair, PublicKey, Signer};
use crate::key::Material;
use crate::{Key, KeyMistake};

/// Longest key accepted, in bytes: longer ones are files pasted by mistake.
const KEY_LEN_MAX: usize = 16 << 10;
/// Fewest bytes of a secret that is decoded: a shorter one is no key but a slip.
const DECODED_LEN_MIN: usize = 8;

/// Reads a key.
pub(super) fn read(scheme: &Scheme, name: &str, text: &str) -> Result<Key, KeyMistake> {
    let hint = "give the key as the provider issued it";
    let pem = scheme.secret.encoding == SecretEncoding::Pem;
    if text.trim().is_empty() {
        return Err(KeyMistake::new("is empty", hint));
    }
    if text.trim() != text && !pem {
        return Err(KeyMistake::new("is surrounded by whitespace", "remove the spaces and line breaks around the key"));
    }
    if text.len() > KEY_LEN_MAX {
        return Err(KeyMistake::new("is longer than 16 KiB", hint));
    }
    let signed = match &scheme.means {
        Means::Token(_) => return Ok(Key::secret(name, &bytes(&scheme.secret, text)?)),
        Means::Basic if !text.contains(':') => return Err(KeyMistake::new("has no colon", "write USER:PASSWORD")),
        Means::Basic => return Ok(Key::secret(name, text.as_bytes())),
        Means::Signed(signed) => signed,
    };
    match signed.algorithm {
        Algorithm::Hmac(algorithm) => Ok(Key::hmac(name, algorithm, &bytes(&scheme.secret, text)?)),
        Algorithm::Sha256 => Ok(Key::secret(name, &bytes(&scheme.secret, text)?)),
        Algorithm::Pair(pair) => pair_key(&scheme.secret, pair, name, text),
    }
}

/// Writes 32 random bytes as a key; nothing where the provider alone makes them.
pub(super) fn write(scheme: &Scheme, random: &[u8; 32]) -> Option<String> {
    let prefix = scheme.secret.strip_prefix.as_deref().unwrap_or_default();
    Some(match (&scheme.means, scheme.secret.encoding) {
        (Means::Signed(signed), _) if matches!(signed.algorithm, Algorithm::Pair(_)) => return None,
        (Means::Basic, _) => format!("payhook:{}", HEXLOWER.encode(random)),
        (_, SecretEncoding::Base64) => format!("{prefix}{}", BASE64.encode(random)),
        _ => format!("{prefix}{}", HEXLOWER.encode(random)),
    })
}

fn bytes(secret: &Secret, text: &str) -> Result<Zeroizing<Vec<u8>>, KeyMistake> {
    let bytes = Zeroizing::new(match secret.encoding {
        SecretEncoding::Utf8 | SecretEncoding::Pem => text.as_bytes().to_vec(),
        SecretEncoding::Base64 => base64(without_prefix(secret, text)).ok_or_else(|| not("base64", secret))?,
        SecretEncoding::Hex => {
            let text = without_prefix(secret, text);
            HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(|_| not("hexadecimal", secret))?
        }
    });
    if secret.encoding != SecretEncoding::Utf8 && bytes.len() < DECODED_LEN_MIN {
        let what = format!("stands for {} bytes, which is too short for a key", bytes.len());
        return Err(KeyMistake::new(what, "give the key as the provider issued it"));
    }
    Ok(match secret.derive_sha1 {
        true => Zeroizing::new(digest(&SHA1_FOR_LEGACY_USE_ONLY, &bytes).as_ref().to_vec()),
        false => bytes,
    })
}

/// As text, the prefix belongs to the secret (Stripe signs with `whsec_` and all); where it is decoded, it does not.
fn without_prefix<'t>(secret: &Secret, text: &'t str) -> &'t str {
    secret.strip_prefix.as_deref().and_then(|prefix| text.strip_prefix(prefix)).unwrap_or(text)
}

/// Base64 as providers cut it: with and without padding, and whatever the last bits are.
fn base64(text: &str) -> Option<Vec<u8>> {
    static LENIENT: LazyLock<Encoding> = LazyLock::new(|| {
        let mut lenient = BASE64_NOPAD.specification();
        lenient.check_trailing_bits = false;
        lenient.encoding().expect("base64 without a check is an encoding")
    });
    LENIENT.decode(text.trim_end_matches('=').as_bytes()).ok()
}

fn not(what: &str, secret: &Secret) -> KeyMistake {
    let prefix = secret.strip_prefix.as_deref().map(|prefix| format!(" behind `{prefix}`")).unwrap_or_default();
    KeyMistake::new(format!("is not {what}{prefix}"), "copy the whole key, and nothing else, from the provider")
}

fn pair_key(secret: &Secret, pair: Pair, name: &str, text: &str) -> Result<Key, KeyMistake> {
    let hint = match pair {
        Pair::Ed25519 => "give the provider's public key, 32 bytes",
        Pair::RsaSha256 => "give the provider's public key of 2,048 bits or more",
        Pair::P521 => "give the provider's public key on the curve P-521",
    };
    let (is_private, bytes) = match secret.encoding {
        SecretEncoding::Pem => {
            let (label, bytes) = asymmetric::pem(text).ok_or_else(|| {
                KeyMistake::new("is not PEM", "give the public key with its lines -----BEGIN and -----END")
            })?;
            (label.contains("PRIVATE"), bytes)
        }
        SecretEncoding::Hex => {
            (false, HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(|_| not("hexadecimal", secret))?)
        }
        SecretEncoding::Utf8 | SecretEncoding::Base64 => {
            let private = text.strip_prefix("whsk_");
            let rest = private.unwrap_or_else(|| without_prefix(secret, text));
            (private.is_some(), base64(rest).ok_or_else(|| not("base64", secret))?)
        }
    };
    let bytes = Zeroizing::new(bytes);
    let signer = is_private.then(|| Signer::read(pair, &bytes)).flatten();
    let key = match &signer {
        Some(signer) => signer.public(),
        None if is_private => None,
        None => PublicKey::read(pair, &bytes),
    };
    let key = key.ok_or_else(|| KeyMistake::new("is not a key of this kind", hint))?;
    Ok(Key::new(name, Material::Public { key, signer }))
}
