//! A published set of public keys (JWKS, RFC 7517), read strictly: those of ECDSA on P-521 (ES512), each with an id.

use std::collections::HashSet;

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Key;
use crate::asymmetric::{Pair, PublicKey};
use crate::key::Material;

/// Bytes of one coordinate.
const COORDINATE: usize = 66;

/// The keys of a set that can judge a signature. Each is named as its `kid` says.
#[derive(Clone, Debug)]
pub struct KeySet {
    /// At least one; no two have the same name.
    pub keys: Vec<Key>,
    /// How many others stand in it: of other curves, for other uses, without an id, or with one that stood there before.
    pub skipped: usize,
}

/// Why a text is no key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetMistake {
    /// Longer than any provider publishes.
    #[error("it is longer than {} KiB", KeySet::LEN_MAX >> 10)]
    TooLong,
    /// No JSON object with a list of keys.
    #[error("it is no JSON object with a list of `keys`")]
    NotJwks,
    /// More keys than any provider publishes.
    #[error("it has more than {} keys", KeySet::KEYS_MAX)]
    TooMany,
    /// None that can be used.
    #[error("it has no key of the curve P-521 (ES512) with an id")]
    NoKey,
}

impl KeySet {
    /// Longest set that is read, in bytes: one of TrueLayer's has some 600 for two keys.
    pub const LEN_MAX: usize = 64 << 10;
    /// Most keys of a set, of whatever sort.
    pub const KEYS_MAX: usize = 32;

    /// Reads a set.
    ///
    /// # Errors
    /// [`KeySetMistake`] says why nothing in it can be used.
    pub fn read(bytes: &[u8]) -> Result<Self, KeySetMistake> {
        if bytes.len() > Self::LEN_MAX {
            return Err(KeySetMistake::TooLong);
        }
        let set: Jwks<'_> = serde_json::from_slice(bytes).map_err(|_| KeySetMistake::NotJwks)?;
        if set.keys.len() > Self::KEYS_MAX {
            return Err(KeySetMistake::TooMany);
        }
        let mut ids = HashSet::new();
        let read = set.keys.iter().filter_map(|text| Jwk::read(text.get())?.named());
        let keys: Vec<Key> = read.filter(|key| ids.insert(key.name.clone())).collect();
        if keys.is_empty() {
            return Err(KeySetMistake::NoKey);
        }
        let skipped = set.keys.len() - keys.len();
        Ok(Self { keys, skipped })
    }
}

/// Each key is read by itself, so that one of a sort nobody knows yet does not spoil the others.
#[derive(Deserialize)]
struct Jwks<'t> {
    #[serde(borrow)]
    keys: Vec<&'t RawValue>,
}

/// One key of a set.
#[derive(Deserialize)]
pub(crate) struct Jwk {
    kty: String,
    #[serde(default)]
    pub(crate) kid: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default, rename = "use")]
    usage: Option<String>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    y: Option<String>,
}

impl Jwk {
    pub(crate) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The key it holds, where that is one of P-521 for signatures. A point that is not on the curve is none.
    pub(crate) fn p521(&self) -> Option<PublicKey> {
        let is_one = |member: &Option<String>, word: &str| member.as_deref().is_none_or(|said| said == word);
        let is_meant = self.kty == "EC" && self.crv.as_deref() == Some("P-521");
        if !is_meant || !is_one(&self.alg, "ES512") || !is_one(&self.usage, "sig") {
            return None;
        }
        PublicKey::read(Pair::P521, &self.point()?)
    }

    /// The uncompressed point; coordinates whose leading zeros were dropped get them back.
    fn point(&self) -> Option<Vec<u8>> {
        let mut point = vec![4];
        for coordinate in [self.x.as_deref()?, self.y.as_deref()?] {
            let bytes = BASE64URL_NOPAD.decode(coordinate.trim_end_matches('=').as_bytes()).ok()?;
            point.resize(point.len() + COORDINATE.checked_sub(bytes.len())?, 0);
            point.extend(bytes);
        }
        Some(point)
    }

    fn named(&self) -> Option<Key> {
        let kid = self.kid.as_deref().filter(|kid| !kid.is_empty())?;
        Some(Key::new(kid, Material::Public { key: self.p521()?, signer: None }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// The public half of the key that TrueLayer publishes for tests.
    fn jwk(kid: &str) -> Value {
        json!({
            "kty": "EC", "crv": "P-521", "alg": "ES512", "use": "sig", "kid": kid,
            "x": "AKC7luJxaqFLkfHexVbFKCOtpYm2HUJVhrS0rZ6nbnS2Pdm0NK2uXmQG5Lp6xk0ffsPZq-KNhLcm-qQu2Advtt1j",
            "y": "AX1cjkGMiltikPrkX49qwuJDdcETaTsj-kyFP8jsF9W5XAB3Z4tBiQtc72DQnJYeKyAV_T6qZTtFKFr-Tp4iu-j7",
        })
    }

    fn read(keys: &[Value]) -> Result<(Vec<String>, usize), KeySetMistake> {
        let set = KeySet::read(json!({ "keys": keys }).to_string().as_bytes())?;
        Ok((set.keys.into_iter().map(|key| key.name).collect(), set.skipped))
    }

    fn changed(member: &str, value: Value) -> Value {
        let mut jwk = jwk("changed");
        jwk[member] = value;
        jwk
    }

    #[test]
    fn what_is_no_key_of_this_curve_is_passed_over_and_the_others_are_read() {
        let others = [
            changed("kty", json!("RSA")),
            changed("crv", json!("P-256")),
            changed("alg", json!("ES256")),
            changed("use", json!("enc")),
            changed("kid", Value::Null),
            changed("kid", json!("")),
            changed("kid", json!(7)),
            changed("y", json!("AX1cjkGMiltikPrkX49qwuJDdcETaTsj")),
            changed("x", json!("A".repeat(200))),
            changed("x", json!("not base64!")),
            json!("a text"),
            jwk("a"),
        ];
        for other in others {
            assert_eq!(read(&[jwk("a"), other.clone(), jwk("b")]), Ok((vec!["a".into(), "b".into()], 1)), "{other}");
        }
        let mut bare = jwk("bare");
        bare.as_object_mut().expect("an object").retain(|name, _| name != "alg" && name != "use");
        assert_eq!(read(&[bare]), Ok((vec!["bare".into()], 0)), "what says nothing of its use may be used");
    }

    #[test]
    fn what_holds_nothing_to_judge_by_is_no_set() {
        for (text, mistake) in [
            ("", KeySetMistake::NotJwks),
            ("[]", KeySetMistake::NotJwks),
            (r#"{"keys":{}}"#, KeySetMistake::NotJwks),
            (r#"{"keys":[]}"#, KeySetMistake::NoKey),
            (r#"{"keys":[{"kty":"RSA","kid":"a"}]}"#, KeySetMistake::NoKey),
        ] {
            assert_eq!(KeySet::read(text.as_bytes()).expect_err(text), mistake, "{text}");
        }
    }

    #[test]
    fn a_set_beyond_its_bounds_is_refused_whole() {
        let keys = |count: usize| (0..count).map(|number| jwk(&number.to_string())).collect::<Vec<_>>();
        assert_eq!(read(&keys(KeySet::KEYS_MAX)).map(|(names, _)| names.len()), Ok(KeySet::KEYS_MAX));
        assert_eq!(read(&keys(KeySet::KEYS_MAX + 1)), Err(KeySetMistake::TooMany));
        let padded = format!("{}{}", " ".repeat(KeySet::LEN_MAX), json!({ "keys": [jwk("a")] }));
        assert_eq!(KeySet::read(padded.as_bytes()).expect_err("too long"), KeySetMistake::TooLong);
    }
}
