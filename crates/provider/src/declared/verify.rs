//! Whether a request is authentic by a declared scheme.

use std::borrow::Cow;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{digest, hmac};
use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER_PERMISSIVE};
use http::header::AUTHORIZATION;
use payhook_domain::identity::Digest;
use payhook_domain::notification::PRESENT;
use payhook_domain::proof::Proof;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified;

use super::part::{Part, VALUES_MAX};
use super::place::Seen;
use super::scheme::{Algorithm, Encoding, Means, Scheme, Signed, Unit, Window};
use super::tags::Tags;
use super::template::{Filling, Missing, Room, Template};
use super::time;
use crate::key::{self, Material};
use crate::keyring::{self, Fit};
use crate::verified::Evidence;
use crate::{Item, Key, Papers, Policy, RawRequest, Refused, Tolerance, Verified};

type Refusal = (Unverified, String);

/// How the refusal begins of what is signed by a key of the source, and still cannot be let in.
pub(super) const FITS_BUT: &str = "the signature fits, but ";

/// Judges a request, which is one item however many events it holds: one signature stands for all.
pub(super) fn papers<'r>(
    scheme: &Scheme,
    request: &RawRequest<'r>,
    keys: &[Key],
    policy: &Policy,
    now: Timestamp,
) -> Papers<'r> {
    let seen = Seen { request: *request, policy };
    let judged = match &scheme.means {
        Means::Token(part) => token(part, &seen, keys),
        Means::Basic => basic(&seen, keys),
        Means::Signed(signed) => judge(signed, &seen, keys, now),
    };
    Papers::Items(vec![match judged {
        Ok(key) => {
            let proof = if scheme.proves(request.body) { Proof::Signed } else { Proof::BodyNotCovered };
            Item::Verified(Verified { key: Some(key), proof, evidence: Evidence::Request(*request) })
        }
        Err((reason, detail)) => Item::Refused(Refused::new(reason, detail, Some(Digest::of([request.body])))),
    }])
}

/// What a signature is over, and the time it was made, as far as the request shows them.
pub(super) struct Shown<'r> {
    /// The text that signature and time both stand in, where they do.
    together: Option<&'r str>,
    pub(super) timestamp: Option<Cow<'r, str>>,
    pub(super) id: Option<Cow<'r, str>>,
}

impl<'r> Shown<'r> {
    pub(super) fn by(signed: &'r Signed, seen: &Seen<'r>) -> Self {
        let together = signed.together.as_ref().and_then(|name| seen.request.header_named(name));
        let time = |part: &'r Part| match together {
            Some(text) => part.one_in(text).map(Cow::Borrowed),
            None => part.one(seen),
        };
        Self {
            together,
            timestamp: signed.timestamp.as_ref().and_then(|signed| time(&signed.part)),
            id: signed.id.as_ref().and_then(|part| part.one(seen)),
        }
    }

    pub(super) fn filling<'f>(&'f self, seen: &'f Seen<'r>, secret: &'f [u8]) -> Filling<'f, 'r> {
        Filling { seen, timestamp: self.timestamp.as_deref(), id: self.id.as_deref(), secret }
    }
}

fn judge(signed: &Signed, seen: &Seen<'_>, keys: &[Key], now: Timestamp) -> Result<usize, Refusal> {
    let shown = Shown::by(signed, seen);
    let fit = fit(signed, seen, &shown, keys)?;
    let position = keyring::accepted(fit, keys).map_err(|refusal| named(signed, seen, keys, refusal))?;
    let unit = signed.timestamp.as_ref().map(|time| time.unit);
    if let Some(fault) = signed.seams.fault(&shown, unit, seen.request.body) {
        return Err(fits_but(&fault));
    }
    let window = window(signed, seen.policy.tolerance);
    // The time is signed, so only an authentic notification can be stale.
    let stale = time_of_signing(signed, &shown, window)?.and_then(|at| time::stale(at, window, now));
    stale.map_or(Ok(position), |detail| Err((Unverified::Stale, detail)))
}

/// When it was signed, where there is a window, or the time stands in what is signed and is said to be in some unit: there
/// what is no time could be a piece of the body, whether anybody asks how old it is or not.
fn time_of_signing(signed: &Signed, shown: &Shown<'_>, window: Window) -> Result<Option<Timestamp>, Refusal> {
    let text = shown.timestamp.as_deref();
    let unit = signed.timestamp.as_ref().map(|time| time.unit).filter(|unit| *unit != Unit::Text);
    if window == Window::default() && (text.is_none() || unit.is_none() || !signed.seams.signs_time) {
        return Ok(None);
    }
    let at = unit.zip(text).and_then(|(unit, text)| time::read(text, unit));
    at.map(Some).ok_or_else(|| fits_but("its time cannot be read"))
}

fn fits_but(what: &str) -> Refusal {
    (Unverified::SignatureMalformed, format!("{FITS_BUT}{what}"))
}

/// The scheme's window, or the one that the source sets in its place. Where no time is signed there is none.
pub(super) fn window(signed: &Signed, tolerance: Tolerance) -> Window {
    let can_be_read = signed.timestamp.as_ref().is_some_and(|time| time.unit != Unit::Text);
    match tolerance {
        _ if !can_be_read => Window::default(),
        Tolerance::Usual => signed.window,
        Tolerance::Off => Window::default(),
        Tolerance::Within(either) => Window { past: Some(either), future: Some(either) },
    }
}

fn fit(signed: &Signed, seen: &Seen<'_>, shown: &Shown<'_>, keys: &[Key]) -> Result<Fit, Refusal> {
    match signed.algorithm {
        Algorithm::Pair(_) => fit_pair(signed, seen, shown, keys),
        Algorithm::Hmac(_) | Algorithm::Sha256 => fit_digest(signed, seen, shown, keys),
    }
}

/// Looks for a signature at each of its places until a key makes one: a request seldom fills more than the first. What was
/// found before stays among the signatures, so that the last verdict is that on all of them.
fn fit_digest(signed: &Signed, seen: &Seen<'_>, shown: &Shown<'_>, keys: &[Key]) -> Result<Fit, Refusal> {
    let mut tags = Tags::of(signed.algorithm.length().unwrap_or_default());
    let (mut found, mut fit) = (0, Fit::None);
    for place in &signed.signature.places {
        let before = tags.len();
        let add = |text: &str| tags.add(text, signed.encoding);
        found += match shown.together {
            Some(text) => signed.signature.each_in(text, add),
            None => signed.signature.each_at(place, seen, add),
        };
        if tags.len() > before {
            fit = fit_tags(signed, seen, shown, keys, &tags)?;
        }
        if matches!(fit, Fit::Key(_)) {
            return Ok(fit);
        }
    }
    if tags.len() == 0 { Err(none_readable(signed, found)) } else { Ok(fit) }
}

fn none_readable(signed: &Signed, found: usize) -> Refusal {
    let place = signed.signature.said();
    if found == 0 {
        return (Unverified::SignatureMissing, format!("there is not one signature in {place}"));
    }
    let length = signed.algorithm.length().map(|bytes| format!(" of {bytes} bytes")).unwrap_or_default();
    let encoding = if signed.encoding == Encoding::Hex { "hexadecimal" } else { "base64" };
    (Unverified::SignatureMalformed, format!("the signature in {place} is not {encoding}{length}"))
}

/// One digest for each key, whatever the number of signatures.
fn fit_tags(signed: &Signed, seen: &Seen<'_>, shown: &Shown<'_>, keys: &[Key], tags: &Tags) -> Result<Fit, Refusal> {
    for retired in [false, true] {
        let tried = keys.iter().enumerate().filter(|(_, key)| key.retired == retired && is_meant(signed, seen, key));
        for (position, key) in tried {
            let fits = match &key.material {
                Material::Hmac(key) => {
                    let tag = tag(&signed.template, &shown.filling(seen, b""), key).map_err(missing)?;
                    tags.contains(tag.as_ref())
                }
                Material::Secret { text, .. } => {
                    let mut context = digest::Context::new(&digest::SHA256);
                    signed.template.feed(&shown.filling(seen, text), |bytes| context.update(bytes)).map_err(missing)?;
                    tags.contains(context.finish().as_ref())
                }
                Material::Public { .. } => false,
            };
            if fits {
                return Ok(if retired { Fit::Retired(position) } else { Fit::Key(position) });
            }
        }
    }
    Ok(Fit::None)
}

fn tag<'r>(template: &'r Template, filling: &Filling<'_, 'r>, key: &hmac::Key) -> Result<hmac::Tag, Missing> {
    if let Some(message) = template.short(filling, &mut Room::new())? {
        return Ok(hmac::sign(key, message));
    }
    let mut context = hmac::Context::with_key(key);
    template.feed(filling, |bytes| context.update(bytes))?;
    Ok(context.sign())
}

fn fit_pair(signed: &Signed, seen: &Seen<'_>, shown: &Shown<'_>, keys: &[Key]) -> Result<Fit, Refusal> {
    let mut signatures: Vec<Vec<u8>> = Vec::new();
    let found = signed.signature.each(seen, |text| signatures.extend(decoded(text, signed.encoding)));
    if signatures.is_empty() {
        return Err(none_readable(signed, found));
    }
    let message = signed.template.whole(&shown.filling(seen, b"")).map_err(missing)?;
    let makes = |key: &Key| {
        is_meant(signed, seen, key)
            && signatures.iter().take(VALUES_MAX).any(|signature| key.makes(&message, signature))
    };
    Ok(keyring::first(keys, makes))
}

/// Whether the request says that this is the key, or says nothing of keys.
fn is_meant(signed: &Signed, seen: &Seen<'_>, key: &Key) -> bool {
    let Some(part) = &signed.key_id else { return true };
    let mut is_named = false;
    let count = part.each(seen, |name| is_named |= name == key.name);
    is_named || count == 0
}

/// A refusal for want of the key that the request names says so.
fn named(signed: &Signed, seen: &Seen<'_>, keys: &[Key], refusal: Refusal) -> Refusal {
    let name = signed.key_id.as_ref().and_then(|part| part.one(seen));
    match name {
        Some(name) if !keys.iter().any(|key| is_meant(signed, seen, key)) => {
            let name: String = name.chars().take(64).collect();
            (refusal.0, format!("it is signed with the key {name:?}, and no key of the source has that name"))
        }
        _ => refusal,
    }
}

fn missing(Missing(what): Missing) -> Refusal {
    (Unverified::SignatureMalformed, format!("{what} is signed, but is not there"))
}

/// A signature's bytes; nothing where it is written in another way. Hexadecimal in either case, base64 with and without
/// its padding: what is compared is the bytes.
pub(super) fn decoded(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    let text = text.trim_ascii().as_bytes();
    match encoding {
        Encoding::Hex => HEXLOWER_PERMISSIVE.decode(text).ok(),
        Encoding::Base64 => BASE64.decode(text).or_else(|_| BASE64_NOPAD.decode(text)).ok(),
    }
}

fn token(part: &Part, seen: &Seen<'_>, keys: &[Key]) -> Result<usize, Refusal> {
    if part.places.iter().any(|place| place.find(seen).is_some_and(|text| text == PRESENT)) {
        return Err(not_kept());
    }
    let Some(given) = part.one(seen).filter(|given| !given.is_empty()) else {
        return Err((Unverified::SignatureMissing, format!("there is not one token in {}", part.said())));
    };
    keyring::accepted(same_secret(given.as_bytes(), keys), keys)
}

fn basic(seen: &Seen<'_>, keys: &[Key]) -> Result<usize, Refusal> {
    let header = seen.request.header(AUTHORIZATION);
    if header == Some(PRESENT) {
        return Err(not_kept());
    }
    let given = header.and_then(|value| {
        let (scheme, rest) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("basic").then(|| BASE64.decode(rest.trim().as_bytes()).ok())?
    });
    let Some(given) = given else {
        return Err((Unverified::SignatureMissing, "there is no user and password in header:authorization".to_owned()));
    };
    keyring::accepted(same_secret(&given, keys), keys)
}

/// Why a request cannot be judged again whose proof was not kept.
pub(super) const NOT_KEPT: &str = "passwords and tokens are not kept, so it cannot be judged again";

/// A request that is judged once more, out of what was kept of it.
fn not_kept() -> Refusal {
    (Unverified::SignatureMissing, NOT_KEPT.to_owned())
}

fn same_secret(given: &[u8], keys: &[Key]) -> Fit {
    let given = key::sha256(given);
    let is = |key: &Key| match &key.material {
        Material::Secret { digest, .. } => verify_slices_are_equal(&given, digest).is_ok(),
        Material::Hmac(_) | Material::Public { .. } => false,
    };
    keyring::first(keys, is)
}
