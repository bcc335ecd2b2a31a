//! What the sender hears.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use payhook_domain::error::Code;
use payhook_net::Body;
use payhook_provider::Ack;

/// Seconds a sender is asked to wait after a 503. Short: the provider's own ladder of retries is longer anyway.
const RETRY_AFTER_SECONDS: &str = "5";

/// An answer and what the log says of it.
pub(crate) struct Answer {
    pub(crate) ack: Ack,
    /// The refusal's code, when it is one.
    pub(crate) code: Option<Code>,
}

impl Answer {
    /// The answer to an accepted request.
    pub(crate) fn accepted(ack: Ack) -> Self {
        Self { ack, code: None }
    }

    /// The answer to a refused request, with the code's own status.
    pub(crate) fn refused(code: Code) -> Self {
        Self::refused_as(code, code.status())
    }

    /// The answer to a refused request, with a status of the source's choice.
    pub(crate) fn refused_as(code: Code, status: u16) -> Self {
        Self { ack: Ack::refusal(status, code), code: Some(code) }
    }

    /// As it goes over the wire.
    pub(crate) fn into_response(self) -> Response<Body> {
        let body = match self.ack.body {
            std::borrow::Cow::Borrowed(text) => Bytes::from_static(text.as_bytes()),
            std::borrow::Cow::Owned(text) => Bytes::from(text),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(self.ack.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.ack.content_type));
        if self.ack.status == 503 {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        if self.code == Some(Code::MethodNotAllowed) {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }
}
