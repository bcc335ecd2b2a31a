//! Which of a request's headers are kept, and how.

use bytes::Bytes;
use http::HeaderMap;
use payhook_domain::notification::CREDENTIAL_HEADERS;

/// The header lines as they are stored: `name: value\r\n` each, in the order received. Of headers that carry
/// credentials only the presence is kept.
pub(crate) fn keep(headers: &HeaderMap) -> Bytes {
    let length = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let mut lines = Vec::with_capacity(length);
    for (name, value) in headers {
        lines.extend_from_slice(name.as_str().as_bytes());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(if CREDENTIAL_HEADERS.contains(&name.as_str()) {
            b"[present]"
        } else {
            value.as_bytes()
        });
        lines.extend_from_slice(b"\r\n");
    }
    Bytes::from(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn credentials_are_never_kept() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("Basic c2VjcmV0"));
        headers.insert("cookie", HeaderValue::from_static("a=b"));
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        let kept = keep(&headers);
        assert_eq!(
            kept.as_ref(),
            b"authorization: [present]\r\ncookie: [present]\r\ncontent-type: application/json\r\n".as_slice()
        );
    }
}
