//! `bt_signature`: pairs of a public key and the hexadecimal HMAC-SHA1 over `bt_payload`, divided by `&`.

use std::borrow::Cow;

use data_encoding::HEXLOWER_PERMISSIVE;
use payhook_domain::identity::Digest;
use payhook_domain::proof::Proof;
use payhook_domain::verdict::Unverified;

use crate::verified::Evidence;
use crate::{Item, Key, Papers, RawRequest, Refused, Verified, fields, keyring};

/// Bytes of a signature.
pub(super) const LENGTH: usize = 20;
/// Most pairs that are looked at.
const PAIRS_MAX: usize = 8;

/// The two fields.
pub(super) struct Form<'r> {
    pub(super) signature: Cow<'r, str>,
    pub(super) payload: Cow<'r, str>,
}

impl<'r> Form<'r> {
    /// Reads them; nothing when one is missing or stands there twice.
    pub(super) fn read(body: &'r [u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let signature = fields::find(text, "bt_signature").filter(|signature| !signature.is_empty())?;
        Some(Self { signature, payload: fields::find(text, "bt_payload")? })
    }

    /// The pairs: whose they are, and the signature as it is written.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.signature.split('&').filter_map(|pair| pair.split_once('|')).take(PAIRS_MAX)
    }
}

/// Judges a request, which is one item.
pub(super) fn papers<'r>(request: &RawRequest<'r>, keys: &[Key]) -> Papers<'r> {
    Papers::Items(vec![match judge(request.body, keys) {
        Ok(key) => {
            Item::Verified(Verified { key: Some(key), proof: Proof::Signed, evidence: Evidence::Body(request.body) })
        }
        Err((reason, detail)) => Item::Refused(Refused::new(reason, detail, Some(Digest::of([request.body])))),
    }])
}

fn judge(body: &[u8], keys: &[Key]) -> Result<usize, (Unverified, String)> {
    let Some(form) = Form::read(body) else {
        let detail = "the body is no form with one bt_signature and one bt_payload";
        return Err((Unverified::SignatureMissing, detail.to_owned()));
    };
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n');
    if !form.payload.bytes().all(is_base64) {
        let detail = "bt_payload holds characters that are not base64's";
        return Err((Unverified::FieldShape, detail.to_owned()));
    }
    if !keys.iter().any(|key| form.pairs().any(|(name, _)| name == key.name)) {
        let name: String = form.pairs().next().map_or(String::new(), |(name, _)| name.chars().take(64).collect());
        let detail = format!("it is signed for the public key {name:?}, and no key of the source has that name");
        return Err((Unverified::SignatureMismatch, detail));
    }
    let makes = |key: &Key| form.pairs().any(|(name, tag)| name == key.name && self::makes(key, &form.payload, tag));
    keyring::accepted(keyring::first(keys, makes), keys)
}

/// Whether the key makes the signature over the payload as it came, or with the line feed at its end that frameworks strip.
fn makes(key: &Key, payload: &str, tag: &str) -> bool {
    let Ok(tag) = HEXLOWER_PERMISSIVE.decode(tag.as_bytes()) else { return false };
    let with_line_feed = [payload.as_bytes(), b"\n"].concat();
    tag.len() == LENGTH && (key.makes(payload.as_bytes(), &tag) || key.makes(&with_line_feed, &tag))
}
