//! What is answered when it does not work: `{"error":{"code":"…","message":"…"}}`.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use crate::book::BookError;

/// Why it does not work.
#[derive(Debug)]
pub(super) struct Mistake {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Mistake {
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "bad_request", message: message.into() }
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, code: "not_found", message: message.into() }
    }

    pub(super) fn method() -> Self {
        let message = "this path does not take this method".to_owned();
        Self { status: StatusCode::METHOD_NOT_ALLOWED, code: "method_not_allowed", message }
    }
}

impl From<BookError> for Mistake {
    fn from(error: BookError) -> Self {
        tracing::error!(%error, "the sandbox's book could not be read or written");
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, code: "internal", message: error.to_string() }
    }
}

impl IntoResponse for Mistake {
    fn into_response(self) -> Response {
        let body = json!({ "error": { "code": self.code, "message": self.message } });
        (self.status, Json(body)).into_response()
    }
}
