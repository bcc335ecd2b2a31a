//! What is said where the server must answer by itself.

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};

use crate::body::Body;

/// The bodies of the answers nobody but the server can give: 400 (not HTTP), 408 (slow header), 414 and 431 (header
/// too large), 500 (the handler panicked), 503 (too many connections).
#[derive(Clone, Copy, Debug)]
pub struct Refusals {
    /// The `content-type` of each of them.
    pub content_type: &'static str,
    /// The body for a status.
    pub body: fn(StatusCode) -> Bytes,
}

impl Default for Refusals {
    fn default() -> Self {
        Self { content_type: "text/plain", body: |_| Bytes::new() }
    }
}

impl Refusals {
    /// As a response, where HTTP still works.
    pub(super) fn response(&self, status: StatusCode) -> Response<Body> {
        let mut response = Response::new(Body::from((self.body)(status)));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        response
    }

    /// As the last bytes of an HTTP/1.1 connection, where it no longer does.
    pub(super) fn last_words(&self, status: StatusCode) -> Bytes {
        let body = (self.body)(status);
        let mut words = format!(
            "HTTP/1.1 {status}\r\ncontent-type: {}\r\ncontent-length: {}\r\n{CONNECTION}: close\r\n\r\n",
            self.content_type,
            body.len(),
        )
        .into_bytes();
        words.extend_from_slice(&body);
        words.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_are_a_whole_answer() {
        let refusals =
            Refusals { content_type: "application/json", body: |status| Bytes::from(status.as_str().to_owned()) };
        assert_eq!(
            refusals.last_words(StatusCode::REQUEST_TIMEOUT),
            "HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json\r\ncontent-length: 3\r\n\
             connection: close\r\n\r\n408"
        );
    }
}
