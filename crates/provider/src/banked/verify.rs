//! `Banked-Signature: <unix seconds>.<lower-case hex>`: HMAC-SHA256 over the seconds as written, a dot, and the body.

use data_encoding::HEXLOWER;
use payhook_domain::identity::Digest;
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified;

use crate::verified::Evidence;
use crate::{Item, Key, Papers, Policy, RawRequest, Refused, Tolerance, Verified, keyring};

/// Where the signature stands.
pub(super) const HEADER: &str = "banked-signature";

/// Digits of a time in seconds that are read: ten until the year 2286.
const SECONDS_LEN_MAX: usize = 12;

/// Judges a request, which is one item.
pub(super) fn papers<'r>(request: &RawRequest<'r>, keys: &[Key], policy: &Policy, now: Timestamp) -> Papers<'r> {
    Papers::Items(vec![match judge(request, keys, policy, now) {
        Ok(verified) => Item::Verified(verified),
        Err((reason, detail)) => Item::Refused(Refused::new(reason, detail, Some(Digest::of([request.body])))),
    }])
}

/// What Banked signs.
pub(super) fn message(seconds: &str, body: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(seconds.len() + 1 + body.len());
    message.extend_from_slice(seconds.as_bytes());
    message.push(b'.');
    message.extend_from_slice(body);
    message
}

fn judge<'r>(
    request: &RawRequest<'r>,
    keys: &[Key],
    policy: &Policy,
    now: Timestamp,
) -> Result<Verified<'r>, (Unverified, String)> {
    let Some(header) = request.header(HEADER).filter(|header| !header.is_empty()) else {
        return Err((Unverified::SignatureMissing, "there is not one Banked-Signature header".to_owned()));
    };
    let Some((seconds, at, tag)) = read(header) else {
        let detail = "the Banked-Signature header is not <unix seconds>.<64 lower-case hex digits>";
        return Err((Unverified::SignatureMalformed, detail.to_owned()));
    };
    let position = keyring::accepted(keyring::fit(keys, &message(seconds, request.body), &tag), keys)?;
    let distance = now.since(at).max(at.since(now));
    match policy.tolerance {
        // The time is signed, so only an authentic notification can be stale.
        Tolerance::Within(tolerance) if distance > tolerance => {
            Err((Unverified::Stale, format!("its time is {} s away from now", distance.as_secs())))
        }
        _ => Ok(Verified { key: Some(position), proof: Proof::Signed, evidence: Evidence::Body(request.body) }),
    }
}

/// The time as written, the time as read, and the 32 bytes. Upper-case hex is refused: Banked writes none, and its SDK
/// compares text.
fn read(header: &str) -> Option<(&str, Timestamp, [u8; 32])> {
    let (seconds, hex) = header.split_once('.')?;
    let digits = (1..=SECONDS_LEN_MAX).contains(&seconds.len()) && seconds.bytes().all(|byte| byte.is_ascii_digit());
    let at = digits.then(|| seconds.parse().ok())?.map(Timestamp::from_seconds)?;
    let mut tag = [0; 32];
    if hex.len() != 2 * tag.len() {
        return None;
    }
    HEXLOWER.decode_mut(hex.as_bytes(), &mut tag).ok()?;
    Some((seconds, at, tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_strictly() {
        let hex = "60ec064758ca95aa3db535520a67ee87274395d6309798a2526192e2dc5fa8bf";
        let good = format!("1572540334.{hex}");
        assert_eq!(read(&good).expect("valid").1, Timestamp::from_seconds(1_572_540_334));
        for bad in [
            String::new(),
            "daksjklsdj".to_owned(),
            hex.to_owned(),
            format!(".{hex}"),
            format!("-1.{hex}"),
            format!("+1.{hex}"),
            format!(" 1572540334.{hex}"),
            format!("1572540334.{hex} "),
            format!("1572540334.{}", hex.to_uppercase()),
            format!("1572540334.{}", &hex[1..]),
            format!("1572540334.{hex}.{hex}"),
            format!("1234567890123.{hex}"),
        ] {
            assert!(read(&bad).is_none(), "{bad}");
        }
    }
}
