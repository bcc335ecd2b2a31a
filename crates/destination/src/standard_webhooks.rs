//! The Standard Webhooks signature, symmetric scheme `v1`: made for every delivery, checked by receivers.
//!
//! HMAC-SHA256 over `{id}.{timestamp}.{body}`, sent as `webhook-signature: v1,<base64>`; the secret is written
//! `whsec_<base64>` and is 24 to 64 bytes long. Source: the Standard Webhooks specification, version 1.0.0.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{self, Context, HMAC_SHA256, Key};
use data_encoding::BASE64;
use payhook_domain::time::Timestamp;
use zeroize::Zeroizing;

/// The header field with the message's id.
pub const ID: &str = "webhook-id";
/// The header field with the time of sending, in seconds since the epoch.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header field with the signatures, separated by spaces.
pub const SIGNATURE: &str = "webhook-signature";

/// How far a message's time may be from the receiver's, either way: what the published libraries use.
pub const TOLERANCE: Duration = Duration::from_secs(300);

/// Signatures looked at in one header; a sender has one per secret in use, two while it changes them.
const SIGNATURES_MAX: usize = 16;

/// A secret, made ready for signing. It shows nothing of itself.
#[derive(Clone)]
pub struct Secret {
    key: Key,
}

/// What is wrong with a secret's text. Carries nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Not `whsec_…`.
    #[error("the signing secret does not begin with {}", Secret::PREFIX)]
    Prefix,
    /// Not base64 after it.
    #[error("the signing secret is not base64 after {}", Secret::PREFIX)]
    Base64,
    /// Too short to be safe, or too long to be one.
    #[error("the signing secret holds {0} bytes; it must be {min} to {max}", min = Secret::BYTES_MIN, max = Secret::BYTES_MAX)]
    Length(usize),
}

/// A message as a receiver has it.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`, as received.
    pub timestamp: &'a str,
    /// `webhook-signature`, as received.
    pub signatures: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// Why a message is not taken for the sender's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// The timestamp is not a number of seconds.
    #[error("the timestamp is not a number")]
    Timestamp,
    /// The timestamp is further from now than [`TOLERANCE`].
    #[error("the timestamp is too far from now")]
    Stale,
    /// No `v1` signature of it is this secret's.
    #[error("no signature matches")]
    Mismatch,
}

impl Secret {
    /// What every secret's text begins with.
    pub const PREFIX: &str = "whsec_";
    /// Fewest bytes of a secret.
    pub const BYTES_MIN: usize = 24;
    /// Most bytes of a secret.
    pub const BYTES_MAX: usize = 64;

    /// Reads `whsec_<base64>`.
    ///
    /// # Errors
    /// What is wrong with the text, without repeating it.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let encoded = text.trim().strip_prefix(Self::PREFIX).ok_or(SecretError::Prefix)?;
        let bytes = Zeroizing::new(BASE64.decode(encoded.as_bytes()).map_err(|_| SecretError::Base64)?);
        if !(Self::BYTES_MIN..=Self::BYTES_MAX).contains(&bytes.len()) {
            return Err(SecretError::Length(bytes.len()));
        }
        Ok(Self { key: Key::new(HMAC_SHA256, &bytes) })
    }

    /// Writes 32 random bytes as a secret: `whsec_<base64>`.
    #[must_use]
    pub fn text(random: &[u8; 32]) -> String {
        format!("{}{}", Self::PREFIX, BASE64.encode(random))
    }

    /// The value of `webhook-signature` for a message sent at `seconds` since the epoch.
    #[must_use]
    pub fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let mut value = String::with_capacity(3 + 44);
        value.push_str("v1,");
        BASE64.encode_append(self.tag(id, &seconds.to_string(), body).as_ref(), &mut value);
        value
    }

    /// Checks a received message at `now`, in constant time.
    ///
    /// # Errors
    /// Why it is not to be believed.
    pub fn verify(&self, message: Signed<'_>, now: Timestamp) -> Result<(), Unverified> {
        let seconds: i64 = message.timestamp.parse().map_err(|_| Unverified::Timestamp)?;
        let sent_at = Timestamp::from_seconds(seconds);
        if now.since(sent_at).max(sent_at.since(now)) > TOLERANCE {
            return Err(Unverified::Stale);
        }
        let tag = self.tag(message.id, message.timestamp, message.body);
        let signatures = message.signatures.split(' ').take(SIGNATURES_MAX);
        let candidates =
            signatures.filter_map(|signature| BASE64.decode(signature.strip_prefix("v1,")?.as_bytes()).ok());
        // Each is compared: stopping at the first match would tell which it was.
        let matching = candidates.filter(|candidate| verify_slices_are_equal(candidate, tag.as_ref()).is_ok()).count();
        if matching == 0 { Err(Unverified::Mismatch) } else { Ok(()) }
    }

    fn tag(&self, id: &str, timestamp: &str, body: &[u8]) -> hmac::Tag {
        let mut context = Context::with_key(&self.key);
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            context.update(part);
        }
        context.sign()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published with the reference libraries: secret, id, seconds, body, signature.
    const PUBLISHED: [[&str; 5]; 2] = [
        [
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            r#"{"test": 2432232314}"#,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ],
        [
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            "1649367553",
            r#"{"email":"test@example.com","username":"test_user"}"#,
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        ],
    ];

    fn check(secret: &str, message: Signed<'_>, now: i64) -> Result<(), Unverified> {
        Secret::parse(secret).expect("a secret").verify(message, Timestamp::from_seconds(now))
    }

    #[test]
    fn published_signatures_are_made_and_verified() {
        for [secret, id, seconds, body, signature] in PUBLISHED {
            let now = seconds.parse().expect("a number");
            assert_eq!(Secret::parse(secret).expect("a secret").sign(id, now, body.as_bytes()), signature);
            let message = Signed { id, timestamp: seconds, signatures: signature, body: body.as_bytes() };
            assert_eq!(check(secret, message, now), Ok(()));
        }
    }

    #[test]
    fn any_change_to_a_signed_value_does_not_verify() {
        let [secret, id, timestamp, body, signatures] = PUBLISHED[0];
        let message = Signed { id, timestamp, signatures, body: body.as_bytes() };
        for changed in [
            Signed { id: "msg_p5jXN8AQM9LWM0D4loKWxJel", ..message },
            Signed { timestamp: "1614265331", ..message },
            Signed { body: br#"{"test": 2432232315}"#, ..message },
            Signed { body: b"", ..message },
            Signed { signatures: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA=", ..message },
            Signed { signatures: "v1,dawfeoifkpqwoekfpqoekf", ..message },
            Signed { signatures: "v1,", ..message },
            Signed { signatures: "v1,g0hM9", ..message },
            Signed { signatures: "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", ..message },
            Signed { signatures: "", ..message },
        ] {
            assert_eq!(check(secret, changed, 1_614_265_330), Err(Unverified::Mismatch), "{changed:?}");
        }
        assert_eq!(check(PUBLISHED[1][0], message, 1_614_265_330), Err(Unverified::Mismatch));
    }

    #[test]
    fn one_right_signature_among_several_suffices() {
        let [secret, id, timestamp, body, right] = PUBLISHED[0];
        let wrong = "Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
        let signatures = format!("v1,{wrong} v2,{wrong} {right} v1,{wrong}");
        let message = Signed { id, timestamp, signatures: &signatures, body: body.as_bytes() };
        assert_eq!(check(secret, message, 1_614_265_330), Ok(()));
    }

    #[test]
    fn a_message_is_believed_for_five_minutes_either_way() {
        let [secret, id, timestamp, body, signatures] = PUBLISHED[0];
        let message = Signed { id, timestamp, signatures, body: body.as_bytes() };
        for (off, expected) in
            [(300, Ok(())), (-300, Ok(())), (301, Err(Unverified::Stale)), (-301, Err(Unverified::Stale))]
        {
            assert_eq!(check(secret, message, 1_614_265_330 + off), expected, "{off} s");
        }
        let unreadable = Signed { timestamp: "yesterday", ..message };
        assert_eq!(check(secret, unreadable, 1_614_265_330), Err(Unverified::Timestamp));
    }

    #[test]
    fn a_secret_that_is_none_says_what_is_wrong_and_nothing_else() {
        let of_bytes = |count| format!("whsec_{}", BASE64.encode(&vec![7; count]));
        for (text, expected) in [
            (String::new(), SecretError::Prefix),
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(), SecretError::Prefix),
            ("whsec_not base64".to_owned(), SecretError::Base64),
            ("whsec_".to_owned(), SecretError::Length(0)),
            (of_bytes(23), SecretError::Length(23)),
            (of_bytes(65), SecretError::Length(65)),
        ] {
            assert_eq!(Secret::parse(&text).err(), Some(expected), "{text}");
        }
        assert!(Secret::parse(&of_bytes(24)).is_ok() && Secret::parse(&of_bytes(64)).is_ok());
        assert_eq!(format!("{:?}", Secret::parse(&of_bytes(24))), "Ok(Secret)");
    }
}
