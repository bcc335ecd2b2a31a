//! A request as a provider sees it: borrowed, byte for byte.

use http::HeaderMap;
use http::header::{AsHeaderName, CONTENT_TYPE};

/// One received request. Nothing in it was decoded, trimmed or re-ordered.
#[derive(Clone, Copy, Debug)]
pub struct RawRequest<'r> {
    /// Path and query as received: some providers sign them.
    pub target: &'r str,
    /// The headers; names compare without case.
    pub headers: &'r HeaderMap,
    /// The body's exact bytes.
    pub body: &'r [u8],
}

impl<'r> RawRequest<'r> {
    /// The value of the header `name` when it is there once and visible ASCII; twice is as good as not at all, since
    /// two parties may each read another of them.
    #[must_use]
    pub fn header(&self, name: impl AsHeaderName) -> Option<&'r str> {
        let mut values = self.headers.get_all(name).iter();
        let only = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(only)
    }

    /// The media type of the body in lower case, without parameters; empty when none is given.
    #[must_use]
    pub fn media_type(&self) -> String {
        let value = self.header(CONTENT_TYPE).unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}
