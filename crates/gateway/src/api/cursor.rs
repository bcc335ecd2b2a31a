//! Cursors: where the next page of a list begins. Opaque to callers, and authenticated, so that one made for another
//! list, or by hand, is refused instead of showing something else.

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use payhook_domain::error::Code;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ApiError;

/// Bytes of the tag in front: 128 bits of an HMAC-SHA256.
const TAG_BYTES: usize = 16;

/// Makes and reads cursors of one gateway.
pub(crate) struct Cursors(hmac::Key);

#[derive(Serialize, Deserialize)]
struct Content<F> {
    list: String,
    filter: F,
    from: String,
}

impl Cursors {
    /// Cursors under a key derived from the envelope key.
    pub(crate) fn new(envelope_key: &[u8]) -> Self {
        let envelope = hmac::Key::new(hmac::HMAC_SHA256, envelope_key);
        Self(hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&envelope, b"payhook api cursor v1").as_ref()))
    }

    /// The cursor that continues `list` under `filter` at `from`.
    pub(crate) fn write<F: Serialize>(&self, list: &str, filter: &F, from: String) -> Option<String> {
        let content = serde_json::to_vec(&Content { list: list.to_owned(), filter, from }).ok()?;
        let mut sealed = hmac::sign(&self.0, &content).as_ref()[..TAG_BYTES].to_vec();
        sealed.extend_from_slice(&content);
        Some(BASE64URL_NOPAD.encode(&sealed))
    }

    /// The filter and place of a cursor that was made for `list`.
    pub(crate) fn read<F: DeserializeOwned>(&self, list: &str, cursor: &str) -> Result<(F, String), ApiError> {
        let read = || {
            let sealed = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
            let (tag, content) = sealed.split_at_checked(TAG_BYTES)?;
            let expected = hmac::sign(&self.0, content);
            aws_lc_rs::constant_time::verify_slices_are_equal(tag, &expected.as_ref()[..TAG_BYTES]).ok()?;
            let content: Content<F> = serde_json::from_slice(content).ok()?;
            (content.list == list).then_some((content.filter, content.from))
        };
        read().ok_or_else(|| ApiError::of(Code::InvalidCursor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_with_its_filter_and_place() {
        let cursors = Cursors::new(b"key");
        let cursor = cursors.write("events", &"filter", "17".into()).expect("made");
        let (filter, from): (String, String) = cursors.read("events", &cursor).expect("ours");
        assert_eq!((filter.as_str(), from.as_str()), ("filter", "17"));
    }

    #[test]
    fn a_cursor_of_another_list_gateway_or_hand_is_refused() {
        let cursors = Cursors::new(b"key");
        let cursor = cursors.write("events", &"filter", "17".into()).expect("made");
        assert!(cursors.read::<String>("deliveries", &cursor).is_err());
        assert!(Cursors::new(b"other").read::<String>("events", &cursor).is_err());
        let mut bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).expect("valid");
        *bytes.last_mut().expect("not empty") ^= 1;
        assert!(cursors.read::<String>("events", &BASE64URL_NOPAD.encode(&bytes)).is_err());
        assert!(cursors.read::<String>("events", "").is_err());
    }
}
