//! The verdict on each item of a request.

use data_encoding::BASE64;
use payhook_domain::identity::Digest;
use payhook_domain::proof::Proof;
use payhook_domain::verdict::Unverified;

use super::envelope::{self, Envelope};
use super::form::{self, Form};
use super::header_signed;
use super::item::StandardItem;
use super::{shape, soap};
use crate::keyring::{self, Fit};
use crate::scalar::Scalar;
use crate::verified::Evidence;
use crate::{Item, Key, Papers, RawRequest, Refused, Verified};

/// Characters of an HMAC-SHA256 in padded base64.
const SIGNATURE_LEN: usize = 44;

/// Judges a request. A `HmacSignature` header is judged first, over the raw body and before anything is read of it. A
/// standard webhook whose items carry their own signatures stands on those, whatever a header says. What `unsigned`
/// names is let in without a signature where there is none of either sort.
pub(super) fn papers<'r>(request: &RawRequest<'r>, keys: &[Key], unsigned: &[String]) -> Papers<'r> {
    let Some(header) = request.header(&header_signed::HEADER) else {
        let is_there = request.headers.contains_key(&header_signed::HEADER);
        return standard(request, keys, if is_there { &[] } else { unsigned });
    };
    match body(request.body, header, keys) {
        Ok(verified) => Papers::Items(vec![Item::Verified(verified)]),
        Err(refused) => match standard(request, keys, &[]) {
            Papers::Items(items) if items.iter().any(|item| matches!(item, Item::Verified(_))) => Papers::Items(items),
            _ => Papers::Items(vec![Item::Refused(refused)]),
        },
    }
}

/// A signature as 32 bytes. The length is checked first: 44 letters can decode to 33 bytes.
pub(super) fn tag(signature: &str) -> Option<[u8; 32]> {
    if signature.len() != SIGNATURE_LEN {
        return None;
    }
    let mut bytes = [0; 33];
    let count = BASE64.decode_mut(signature.as_bytes(), &mut bytes).ok()?;
    bytes[..count].try_into().ok()
}

/// Judges items that each carry their own signature, or are let in without.
fn standard<'r>(request: &RawRequest<'r>, keys: &[Key], unsigned: &[String]) -> Papers<'r> {
    if form::is_form(request) {
        return match form::item(request.body) {
            Form::Item(item) => Papers::Items(vec![judge(item, keys, unsigned)]),
            Form::Twice => Papers::Items(vec![refused(Unverified::FieldShape, "a field stands twice", None)]),
            Form::Unreadable => Papers::Unreadable(unreadable("the form is not UTF-8")),
        };
    }
    match envelope::read(request.body) {
        Envelope::Items(items) => Papers::Items(
            items
                .into_iter()
                .map(|item| match item {
                    Some(item) => judge(item, keys, unsigned),
                    None => refused(Unverified::FieldShape, "the item is not readable", None),
                })
                .collect(),
        ),
        Envelope::Other if header_signed::code(request.body).is_some_and(|code| is_named(unsigned, &code)) => {
            let evidence = Evidence::Body(request.body);
            Papers::Items(vec![Item::Verified(Verified { key: None, proof: Proof::Unsigned, evidence })])
        }
        Envelope::Other => {
            let detail = "neither notificationItems nor one HmacSignature header";
            let claimed = Some(Digest::of([request.body]));
            Papers::Items(vec![refused(Unverified::SignatureMissing, detail, claimed)])
        }
        Envelope::Unreadable => Papers::Unreadable(unreadable(match soap::opens_tag(request.body) {
            true => "the body is XML, but no notification that can be read",
            false => "the body is not a JSON object",
        })),
    }
}

/// Judges a body by the signature in its header.
fn body<'r>(body: &'r [u8], header: &str, keys: &[Key]) -> Result<Verified<'r>, Refused> {
    let no = |reason, detail: String| Err(Refused::new(reason, detail, Some(Digest::of([body]))));
    if header.is_empty() {
        return no(Unverified::SignatureMissing, "the HmacSignature header is empty".to_owned());
    }
    let Some(tag) = tag(header) else {
        return no(Unverified::SignatureMalformed, malformed("the HmacSignature header"));
    };
    match keyring::fit(keys, body, &tag) {
        Fit::Key(position) if opens_object(body) => {
            Ok(Verified { key: Some(position), proof: Proof::Signed, evidence: Evidence::Body(body) })
        }
        Fit::Key(_) => no(Unverified::FieldShape, "the signature fits, but the body is no JSON object".to_owned()),
        Fit::Retired(position) => no(Unverified::KeyRetired, retired(&keys[position])),
        Fit::None => no(Unverified::SignatureMismatch, keyring::tried(keys)),
    }
}

/// Whether a JSON object begins here, whole or not. Every family signed by a header writes one; the string that an item
/// is signed over, under the same key, is none, and must not pass as a body.
fn opens_object(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"{")
}

/// Judges one item by the signature it carries. The shape is looked at once a key fits: until then nobody we know has
/// written it.
fn judge<'r>(item: Box<StandardItem<'r>>, keys: &[Key], unsigned: &[String]) -> Item<'r> {
    let no = |reason, detail: &str| refused(reason, detail, item.signed.claimed());
    let Some(signature) = item.additional.hmac_signature.filled() else {
        return match has_no_signature(&item) && is_named(unsigned, &item.signed.event_code) {
            true => shaped(item, None),
            false => no(Unverified::SignatureMissing, "additionalData.hmacSignature is missing"),
        };
    };
    let Some(tag) = tag(signature) else {
        return no(Unverified::SignatureMalformed, &malformed("additionalData.hmacSignature"));
    };
    match keyring::fit(keys, &item.signed.message(), &tag) {
        Fit::Key(position) => shaped(item, Some(position)),
        Fit::Retired(position) => no(Unverified::KeyRetired, &retired(&keys[position])),
        Fit::None => no(Unverified::SignatureMismatch, &keyring::tried(keys)),
    }
}

/// Lets an item in that a key fits, or that needs none, when its fields have the shapes Adyen gives them.
fn shaped<'r>(item: Box<StandardItem<'r>>, key: Option<usize>) -> Item<'r> {
    if let Some(field) = shape::violation(&item.signed) {
        let detail = format!("{field} has a shape that Adyen never sends");
        return refused(Unverified::FieldShape, &detail, item.signed.claimed());
    }
    let proof = if key.is_some() { Proof::Signed } else { Proof::Unsigned };
    Item::Verified(Verified { key, proof, evidence: Evidence::AdyenItem(item) })
}

/// Whether an item carries nothing where its signature belongs. What is there and no text is a wrong one.
fn has_no_signature(item: &StandardItem<'_>) -> bool {
    matches!(&item.additional.hmac_signature, Scalar::Absent | Scalar::Text(_))
}

fn is_named(unsigned: &[String], code: &str) -> bool {
    unsigned.iter().any(|named| named == code)
}

fn refused<'r>(reason: Unverified, detail: &str, claimed: Option<Digest>) -> Item<'r> {
    Item::Refused(Refused::new(reason, detail, claimed))
}

fn unreadable(detail: &str) -> Refused {
    Refused::new(Unverified::Unreadable, detail, None)
}

fn malformed(place: &str) -> String {
    format!("{place} is not the base64 of 32 bytes")
}

fn retired(key: &Key) -> String {
    format!("the key {} makes it, but is retired", key.name)
}
