//! What is answered, and the shape of errors.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::book::{BookError, Given};

/// An answer: a status and, except for 204, a JSON body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: String,
}

impl Reply {
    /// This, as JSON.
    pub(super) fn of(status: StatusCode, value: &impl Serialize) -> Result<Self, BookError> {
        Ok(Self { status, body: serde_json::to_string(value)? })
    }

    /// 204.
    pub(super) fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: String::new() }
    }
}

impl From<Given> for Reply {
    fn from(given: Given) -> Self {
        let status = StatusCode::from_u16(given.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, body: given.body }
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        let body = serde_json::to_string(&refusal).unwrap_or_default();
        Self { status: refusal.status, body }
    }
}

impl From<Reply> for Response {
    fn from(Reply { status, body }: Reply) -> Self {
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.remove(CONTENT_TYPE);
        if status != StatusCode::NO_CONTENT {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"payhook sandbox\""));
        }
        response
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Mistake {
    pub(super) code: &'static str,
    pub(super) message: String,
}

/// Why it is not done: `{"errors":[{"code":…,"message":…}]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Refusal {
    #[serde(skip)]
    status: StatusCode,
    errors: Vec<Mistake>,
}

impl Refusal {
    fn one(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, errors: vec![Mistake { code, message: message.into() }] }
    }

    /// 422, with everything that is wrong with what was asked.
    pub(super) fn invalid(errors: Vec<Mistake>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, errors }
    }

    /// 422, for one field.
    pub(super) fn wrong(field: &str, message: impl std::fmt::Display) -> Self {
        Self::invalid(vec![Mistake { code: "invalid", message: format!("{field} {message}") }])
    }

    /// 400: it cannot be read.
    pub(super) fn unreadable(message: impl Into<String>) -> Self {
        Self::one(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    /// 401.
    pub(super) fn unauthorized() -> Self {
        let message = "send the API key and the secret key as Basic auth: base64 of api_key:secret_key";
        Self::one(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// 404.
    pub(super) fn not_found(what: &str) -> Self {
        Self::one(StatusCode::NOT_FOUND, "not_found", format!("there is no such {what}"))
    }

    /// 405.
    pub(super) fn method_not_allowed() -> Self {
        let message = "this address does not know this method";
        Self::one(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
    }

    /// 409: it does not go with what is there.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::one(StatusCode::CONFLICT, "conflict", message)
    }

    /// 413.
    pub(super) fn too_large() -> Self {
        Self::one(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "send a smaller body")
    }

    /// 500: the sandbox's own failure.
    pub(super) fn ours() -> Self {
        let message = "the sandbox could not write its file; its log says why";
        Self::one(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    }
}

/// Why an act on the API ends without its answer.
#[derive(Debug)]
pub(super) enum Halt {
    /// It is not done.
    Refused(Refusal),
    /// The book failed.
    Book(BookError),
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<BookError> for Halt {
    fn from(error: BookError) -> Self {
        Self::Book(error)
    }
}
