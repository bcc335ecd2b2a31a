//! The receiver's side of Standard Webhooks, written here anew so that the product's signing is not checked by itself.

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use http::HeaderMap;

/// Whether a request carries a valid signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// The receiver was given no secret.
    NotChecked,
    /// One of the signatures is right.
    Valid,
    /// None is, or a header is missing.
    Invalid(String),
}

/// Checks `webhook-signature` over `{webhook-id}.{webhook-timestamp}.{body}` with a secret as `whsec_` and base64.
///
/// # Panics
/// When the secret is not written like that: the test is wrong.
#[must_use]
pub fn check(secret: &str, headers: &HeaderMap, body: &[u8]) -> Signature {
    let text = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = BASE64.decode(text.as_bytes()).unwrap_or_else(|error| panic!("the secret is not base64: {error}"));
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(format!("no {name}"));
    let checked = || -> Result<bool, String> {
        let signed = [header("webhook-id")?.as_bytes(), b".", header("webhook-timestamp")?.as_bytes(), b".", body];
        let signed = signed.concat();
        let mut versions = header("webhook-signature")?.split(' ').filter_map(|one| one.strip_prefix("v1,"));
        Ok(versions.any(|one| BASE64.decode(one.as_bytes()).is_ok_and(|tag| hmac::verify(&key, &signed, &tag).is_ok())))
    };
    match checked() {
        Ok(true) => Signature::Valid,
        Ok(false) => Signature::Invalid("no signature fits".to_owned()),
        Err(missing) => Signature::Invalid(missing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example published with the specification's reference libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    fn headers(signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".parse().unwrap());
        headers.insert("webhook-timestamp", "1614265330".parse().unwrap());
        headers.insert("webhook-signature", signature.parse().unwrap());
        headers
    }

    #[test]
    fn the_published_example_verifies_and_a_changed_body_does_not() {
        let good =
            headers("v1,bm9ldHUjKzFob2VudXRob2VodWUzMjRvdWVvdW9ldQo= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(check(SECRET, &good, BODY), Signature::Valid);
        assert!(matches!(check(SECRET, &good, b"{}"), Signature::Invalid(_)));
        assert!(matches!(check(SECRET, &HeaderMap::new(), BODY), Signature::Invalid(_)));
    }
}
