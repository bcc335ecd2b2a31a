//! Standard Webhooks, the receiver's half: who sent this, and is it recent?
//!
//! Any `standardwebhooks` library does the same. Here it is written out, since it is short and shows what is checked.

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use http::HeaderMap;

/// How far the sender's clock may be from ours, in seconds, either way. It bounds how long a copied request stays valid;
/// that a copy changes nothing is up to the id.
const TOLERANCE_SECONDS: u64 = 300;

/// The secret that payhook signs with.
pub(crate) struct Secret(hmac::Key);

/// A secret that is not written as `whsec_` and base64.
#[derive(Debug, thiserror::Error)]
#[error("the signing secret is not `whsec_` followed by base64; hint: copy it whole from payhook.toml or its .env")]
pub struct NoSecret;

/// Why a request is not believed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unverified {
    #[error("the header {0} is missing or unreadable")]
    Header(&'static str),
    #[error("the request was signed too long ago, or in the future")]
    Stale,
    #[error("no signature fits")]
    Mismatch,
}

impl Secret {
    /// Reads a secret as payhook writes it.
    pub(crate) fn read(text: &str) -> Result<Self, NoSecret> {
        let encoded = text.strip_prefix("whsec_").ok_or(NoSecret)?;
        let bytes = BASE64.decode(encoded.as_bytes()).map_err(|_| NoSecret)?;
        if bytes.is_empty() {
            return Err(NoSecret);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The id of a request that payhook signed, over exactly these bytes.
    pub(crate) fn verify<'h>(&self, headers: &'h HeaderMap, body: &[u8], now: i64) -> Result<&'h str, Unverified> {
        let id = header(headers, "webhook-id")?;
        let timestamp = header(headers, "webhook-timestamp")?;
        let at: i64 = timestamp.parse().map_err(|_| Unverified::Header("webhook-timestamp"))?;
        if at.abs_diff(now) > TOLERANCE_SECONDS {
            return Err(Unverified::Stale);
        }
        let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
        // Several while a secret is being changed; one that fits is enough. The comparison takes the same time for each.
        let given = header(headers, "webhook-signature")?.split(' ').filter_map(|one| one.strip_prefix("v1,"));
        let mut tags = given.filter_map(|one| BASE64.decode(one.as_bytes()).ok());
        if tags.any(|tag| hmac::verify(&self.0, &signed, &tag).is_ok()) { Ok(id) } else { Err(Unverified::Mismatch) }
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h str, Unverified> {
    headers.get(name).and_then(|value| value.to_str().ok()).ok_or(Unverified::Header(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the specification's reference libraries are tested with.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const AT: i64 = 1_614_265_330;

    fn headers(signature: &str) -> HeaderMap {
        let pairs = [
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", signature),
        ];
        pairs.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn good() -> HeaderMap {
        headers("v1,bm9ldHUjKzFob2VudXRob2VodWUzMjRvdWVvdW9ldQo= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    #[test]
    fn the_published_example_verifies() {
        let id = Secret::read(SECRET).unwrap().verify(&good(), BODY, AT).map(str::to_owned);
        assert_eq!(id, Ok("msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned()));
    }

    #[test]
    fn a_changed_body_another_secret_and_another_time_do_not() {
        let secret = Secret::read(SECRET).unwrap();
        let good = good();
        assert_eq!(secret.verify(&good, b"{}", AT), Err(Unverified::Mismatch));
        assert_eq!(Secret::read("whsec_AAAA").unwrap().verify(&good, BODY, AT), Err(Unverified::Mismatch));
        assert_eq!(secret.verify(&good, BODY, AT + 301), Err(Unverified::Stale));
        assert_eq!(secret.verify(&good, BODY, AT - 301), Err(Unverified::Stale));
        assert_eq!(secret.verify(&HeaderMap::new(), BODY, AT), Err(Unverified::Header("webhook-id")));
    }

    #[test]
    fn a_secret_that_is_none_is_refused() {
        for text in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64"] {
            assert!(Secret::read(text).is_err(), "{text}");
        }
    }
}
