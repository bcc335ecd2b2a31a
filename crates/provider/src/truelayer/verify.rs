//! What is signed: `POST <path>`, each named header, the body; and by which key.

use data_encoding::BASE64URL_NOPAD;
use payhook_domain::identity::Digest;
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified;

use super::jws::{HEADER, Jws};
use crate::verified::Evidence;
use crate::{Item, Key, NeedsKey, Papers, Policy, RawRequest, Refused, Tolerance, Verified, keyring};

/// When it was sent; counts where it is signed.
const TIME: &str = "x-tl-webhook-timestamp";

/// Judges a request, which is one item.
pub(super) fn papers<'r>(request: &RawRequest<'r>, keys: &[Key], policy: &Policy, now: Timestamp) -> Papers<'r> {
    let refused = |(reason, detail)| Refused::new(reason, detail, Some(Digest::of([request.body])));
    let item = match read(request, policy) {
        Err(refusal) => Item::Refused(refused(refusal)),
        Ok(jws) if !keys.iter().any(|key| key.name == jws.kid) => unknown_key(jws, policy.key_set.as_deref(), refused),
        Ok(jws) => match judge(&jws, request, keys, policy, now) {
            Ok(key) => Item::Verified(Verified {
                key: Some(key),
                proof: Proof::Signed,
                evidence: Evidence::Body(request.body),
            }),
            Err(refusal) => Item::Refused(refused(refusal)),
        },
    };
    Papers::Items(vec![item])
}

type Refusal = (Unverified, String);

fn read<'r>(request: &RawRequest<'r>, policy: &Policy) -> Result<Jws<'r>, Refusal> {
    let Some(header) = request.header(HEADER).filter(|header| !header.is_empty()) else {
        return Err((Unverified::SignatureMissing, "there is not one Tl-Signature header".to_owned()));
    };
    Jws::read(header, policy.key_set.as_deref())
        .map_err(|what| (Unverified::SignatureMalformed, format!("Tl-Signature: {what}")))
}

/// It may stand in the source's key set, but only where the signature names that set: a forger's word sends nobody
/// anywhere else.
fn unknown_key<'r>(jws: Jws<'_>, key_set: Option<&str>, refused: impl Fn(Refusal) -> Refused) -> Item<'r> {
    let kid: String = jws.kid.chars().take(64).collect();
    let no_key =
        |rest: String| refused((Unverified::SignatureMismatch, format!("it is signed with the key {kid:?}, {rest}")));
    match key_set {
        None => Item::Refused(no_key("and no key of the source has that name".to_owned())),
        Some(url) if jws.names_set(url) => {
            let otherwise = no_key(format!("and neither the source nor the key set {url} has one of that name"));
            Item::NeedsKey(NeedsKey { kid: jws.kid, otherwise })
        }
        Some(url) => {
            let other = jws
                .jku
                .as_deref()
                .map_or("names no key set (jku)".to_owned(), |jku| format!("names the key set {jku}"));
            Item::Refused(no_key(format!(
                "which no key of the source has as its name, and {other}, not the source's: {url}"
            )))
        }
    }
}

fn judge(
    jws: &Jws<'_>,
    request: &RawRequest<'_>,
    keys: &[Key],
    policy: &Policy,
    now: Timestamp,
) -> Result<usize, Refusal> {
    let messages = messages(jws, request).map_err(|what| (Unverified::SignatureMalformed, what))?;
    let makes = |key: &Key| key.name == jws.kid && messages.iter().any(|message| key.makes(message, &jws.signature));
    let position = keyring::accepted(keyring::first(keys, makes), keys)?;
    in_time(jws, request, policy.tolerance, now).map(|()| position)
}

/// The time is signed where it is looked at, so only an authentic notification can be stale.
fn in_time(jws: &Jws<'_>, request: &RawRequest<'_>, tolerance: Tolerance, now: Timestamp) -> Result<(), Refusal> {
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
