//! What a caller hears when it does not work: `{"error":{"code":"…","message":"…"}}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use payhook_domain::error::Code;
use payhook_store::Unavailable;
use serde_json::json;

/// A code of the public list, and one sentence about this case.
#[derive(Debug)]
pub(crate) struct ApiError {
    code: Code,
    message: String,
}

impl ApiError {
    pub(crate) fn of(code: Code) -> Self {
        Self { code, message: code.meaning().to_owned() }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self { code: Code::BadRequest, message: message.into() }
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self { code: Code::NotFound, message: message.into() }
    }

    pub(crate) fn unavailable(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn wrong_state(message: impl Into<String>) -> Self {
        Self { code: Code::WrongState, message: message.into() }
    }
}

impl From<Unavailable> for ApiError {
    fn from(unavailable: Unavailable) -> Self {
        Self { code: crate::ingest::unavailable_code(&unavailable), message: unavailable.to_string() }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(json!({ "error": { "code": self.code.as_str(), "message": self.message } }))).into_response()
    }
}
