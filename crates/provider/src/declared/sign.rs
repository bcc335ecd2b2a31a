//! Signing as a declared scheme says.

use data_encoding::{BASE64, HEXLOWER};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use payhook_domain::identity::Digest;
use payhook_domain::notification::PRESENT;
use payhook_domain::time::Timestamp;

use super::part::{Format, Part};
use super::place::Seen;
use super::scheme::{Algorithm, Encoding, Means, Scheme, Signed};
use super::time;
use super::verify::Shown;
use crate::key::{self, Material};
use crate::{Key, Policy, SignedRequest, Unsigned};

/// Signs a request; nothing when the key is a public one, or the signature does not stand in a header.
pub(super) fn sign(
    scheme: &Scheme,
    unsigned: Unsigned,
    key: &Key,
    policy: &Policy,
    now: Timestamp,
) -> Option<SignedRequest> {
    let Unsigned { target, headers, body } = unsigned;
    let mut request = SignedRequest { target, headers, body };
    match &scheme.means {
        Means::Token(_) | Means::Basic => add_credentials(scheme, &mut request.headers, key)?,
        Means::Signed(signed) => add_signature(signed, &mut request, key, policy, now)?,
    }
    Some(request)
}

/// Writes the credentials of the first key that is valid where there were some when the request came.
pub(super) fn put_back(scheme: &Scheme, headers: &mut HeaderMap, keys: &[Key]) {
    let place = match &scheme.means {
        Means::Token(part) => part.header(),
        Means::Basic => Some(&AUTHORIZATION),
        Means::Signed(_) => None,
    };
    let were_there = place.and_then(|place| headers.get(place)).is_some_and(|value| value == PRESENT);
    if let Some(key) = keys.iter().find(|key| !key.retired).filter(|_| were_there) {
        // Written as it can be, or left as it is: then it says that it was not kept.
        let _ = add_credentials(scheme, headers, key);
    }
}

fn add_credentials(scheme: &Scheme, headers: &mut HeaderMap, key: &Key) -> Option<()> {
    let Material::Secret { text, .. } = &key.material else { return None };
    match &scheme.means {
        Means::Token(part) => put(headers, part, &[], std::str::from_utf8(text).ok()?),
        Means::Basic => {
            let value = HeaderValue::from_str(&format!("Basic {}", BASE64.encode(text))).ok()?;
            headers.insert(AUTHORIZATION, value);
            Some(())
        }
        Means::Signed(_) => None,
    }
}

fn add_signature(
    signed: &Signed,
    request: &mut SignedRequest,
    key: &Key,
    policy: &Policy,
    now: Timestamp,
) -> Option<()> {
    let header = signed.signature.header()?.clone();
    let timestamp = signed.timestamp.as_ref().map(|time| (time, time::write(now, time.unit)));
    // What stands in the signature's own header is written with it; the rest has to be there before.
    let (mut beside, mut names) = (Vec::new(), vec![("key_id", key.name.clone()), ("hash", "SHA256".to_owned())]);
    if let Some((time, text)) = &timestamp {
        match time.part.header() {
            Some(own) if *own == header => beside.push((&time.part, text.clone())),
            Some(_) => put(&mut request.headers, &time.part, &[], text)?,
            None => {}
        }
        names.push(("timestamp", text.clone()));
    }
    if let Some(part) = &signed.id
        && part.header().is_some_and(|name| !request.headers.contains_key(name))
    {
        let id = format!("msg_{:?}", Digest::of([&request.body[..]]));
        put(&mut request.headers, part, &[], &id)?;
    }
    if let Some(part) = &signed.key_id
        && part.header().is_some_and(|name| *name != header)
    {
        put(&mut request.headers, part, &[], &key.name)?;
    }
    let raw = request.as_raw();
    let seen = Seen { request: raw, policy };
    let mut shown = Shown::by(signed, &seen);
    if let Some((time, text)) = timestamp
        && time.part.header().is_some_and(|own| *own == header)
    {
        shown.timestamp = Some(text.into());
    }
    let bytes = made(signed, &seen, &shown, key)?;
    let text = match signed.encoding {
        Encoding::Hex => HEXLOWER.encode(&bytes),
        Encoding::Base64 => BASE64.encode(&bytes),
    };
    let written = written(&signed.signature, &beside, &names, &text);
    request.headers.insert(header, HeaderValue::from_str(&written).ok()?);
    Some(())
}

fn made(signed: &Signed, seen: &Seen<'_>, shown: &Shown<'_>, key: &Key) -> Option<Vec<u8>> {
    let secret = if let Material::Secret { text, .. } = &key.material { text.as_slice() } else { b"" };
    let message = signed.template.whole(&shown.filling(seen, secret)).ok()?;
    Some(match (signed.algorithm, &key.material) {
        (Algorithm::Hmac(_), Material::Hmac(_)) => key.tag(&message).as_ref().to_vec(),
        (Algorithm::Sha256, Material::Secret { .. }) => key::sha256(&message).to_vec(),
        (Algorithm::Pair(_), Material::Public { signer, .. }) => signer.as_ref()?.sign(&message),
        _ => return None,
    })
}

/// Puts a value where its part says, which has to be a header.
fn put(headers: &mut HeaderMap, part: &Part, names: &[(&str, String)], value: &str) -> Option<()> {
    let name: HeaderName = part.header()?.clone();
    let written = written(part, &[], names, value);
    headers.insert(name, HeaderValue::from_str(&written).ok()?);
    Some(())
}

/// The text that a part takes its value out of; `beside` stands in the same text, `names` are fields by name.
fn written(part: &Part, beside: &[(&Part, String)], names: &[(&str, String)], value: &str) -> String {
    let prefix = part.prefix.as_ref().map_or("", |prefix| &prefix.text);
    let inside = match &part.format {
        Format::Raw => value.to_owned(),
        Format::Pairs { item_sep, kv_sep, wanted } => {
            let pair = |wanted: &[String], value: &str| {
                format!("{}{kv_sep}{value}", wanted.first().map_or("", String::as_str))
            };
            let others = beside.iter().filter_map(|(part, value)| match &part.format {
                Format::Pairs { wanted, .. } => Some(pair(wanted, value)),
                Format::Raw | Format::Fields { .. } => None,
            });
            others.chain([pair(wanted, value)]).collect::<Vec<_>>().join(&item_sep.to_string())
        }
        Format::Fields { sep, names: order, position, .. } => {
            let field = |(at, name): (usize, &String)| match names.iter().find(|(known, _)| known == name) {
                _ if at == *position => value.to_owned(),
                Some((_, value)) => value.clone(),
                None => String::new(),
            };
            order.iter().enumerate().map(field).collect::<Vec<_>>().join(&sep.to_string())
        }
    };
    format!("{prefix}{inside}")
}
