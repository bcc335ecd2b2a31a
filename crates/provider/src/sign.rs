//! The other direction: a notification before and after it is signed.

use bytes::Bytes;
use http::HeaderMap;

/// A notification as the provider would compose it, not yet signed.
#[derive(Clone, Debug)]
pub struct Unsigned {
    /// Path and query it will be posted to.
    pub target: String,
    /// Headers besides the signature; `content-type` among them.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// A notification ready to be posted.
#[derive(Clone, Debug)]
pub struct SignedRequest {
    /// Path and query.
    pub target: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The body's exact bytes.
    pub body: Bytes,
}

impl SignedRequest {
    /// The request as a receiver sees it.
    #[must_use]
    pub fn as_raw(&self) -> crate::RawRequest<'_> {
        crate::RawRequest { target: &self.target, headers: &self.headers, body: &self.body }
    }
}
