//! What is signed: `POST <path>`, each named header, the body; and by which key.

use data_encoding::BASE64URL_NOPAD;
use payhook_domain::identity::Digest;
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified;

use super::jws::{HEADER, Jws};
use crate::verified::Evidence;
use crate::{Item, Key, Papers, Policy, RawRequest, Refused, Tolerance, Verified, keyring};

/// When it was sent; counts where it is signed.
const TIME: &str = "x-tl-webhook-timestamp";

/// Judges a request, which is one item.
pub(super) fn papers<'r>(request: &RawRequest<'r>, keys: &[Key], policy: &Policy, now: Timestamp) -> Papers<'r> {
    Papers::Items(vec![match judge(request, keys, policy, now) {
        Ok(key) => {
            Item::Verified(Verified { key: Some(key), proof: Proof::Signed, evidence: Evidence::Body(request.body) })
        }
        Err((reason, detail)) => Item::Refused(Refused::new(reason, detail, Some(Digest::of([request.body])))),
    }])
}

fn judge(
    request: &RawRequest<'_>,
    keys: &[Key],
    policy: &Policy,
    now: Timestamp,
) -> Result<usize, (Unverified, String)> {
    let Some(header) = request.header(HEADER).filter(|header| !header.is_empty()) else {
        return Err((Unverified::SignatureMissing, "there is not one Tl-Signature header".to_owned()));
    };
    let jws = Jws::read(header).map_err(|what| (Unverified::SignatureMalformed, format!("Tl-Signature: {what}")))?;
    let is_named = |key: &Key| key.name == jws.kid;
    if !keys.iter().any(is_named) {
        let kid: String = jws.kid.chars().take(64).collect();
        let detail = format!("it is signed with the key {kid:?}, and no key of the source has that name");
        return Err((Unverified::SignatureMismatch, detail));
    }
    let messages = messages(&jws, request).map_err(|what| (Unverified::SignatureMalformed, what))?;
    let makes = |key: &Key| is_named(key) && messages.iter().any(|message| key.makes(message, &jws.signature));
    let position = keyring::accepted(keyring::first(keys, makes), keys)?;
    in_time(&jws, request, policy.tolerance, now).map(|()| position)
}

/// The time is signed where it is looked at, so only an authentic notification can be stale.
fn in_time(
    jws: &Jws<'_>,
    request: &RawRequest<'_>,
    tolerance: Tolerance,
    now: Timestamp,
) -> Result<(), (Unverified, String)> {
    let Tolerance::Within(tolerance) = tolerance else { return Ok(()) };
    let is_signed = jws.headers.iter().any(|name| name.eq_ignore_ascii_case(TIME));
    let at = request.header(TIME).filter(|_| is_signed).and_then(Timestamp::parse_rfc3339);
    let at = at.ok_or_else(|| {
        (Unverified::SignatureMalformed, "the signature fits, but it signs no time that can be read".to_owned())
    })?;
    let distance = now.since(at).max(at.since(now));
    match distance > tolerance {
        true => Err((Unverified::Stale, format!("its time is {} s away from now", distance.as_secs()))),
        false => Ok(()),
    }
}

/// What the signature may be over: the path as it came, with and without its query, each with and without a slash at its
/// end, since routers add and remove that.
pub(super) fn messages(jws: &Jws<'_>, request: &RawRequest<'_>) -> Result<Vec<Vec<u8>>, String> {
    let (path, query) =
        request.target.split_once('?').map_or((request.target, None), |(path, query)| (path, Some(query)));
    let slashed = match path.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{path}/"),
    };
    let mut paths = vec![path.to_owned(), slashed];
    if let Some(query) = query {
        paths = paths.iter().map(|path| format!("{path}?{query}")).chain(paths.iter().cloned()).collect();
    }
    let headers = jws.headers.iter().map(|name| {
        let value =
            request.header(name.as_str()).ok_or_else(|| format!("the header {name} is signed, but is not there"))?;
        Ok(format!("{name}: {value}\n"))
    });
    let headers = headers.collect::<Result<String, String>>()?;
    Ok(paths.iter().map(|path| message(jws.head, path, &headers, request.body)).collect())
}

/// The signing input of the JWS.
pub(super) fn message(head: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let payload = payload(path, headers, body);
    format!("{head}.{}", BASE64URL_NOPAD.encode(&payload)).into_bytes()
}

/// What is signed, before it is encoded.
pub(super) fn payload(path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    [b"POST ", path.as_bytes(), b"\n", headers.as_bytes(), body].concat()
}
