//! What a caller hears when it does not work: `{"error":{"code":"…","message":"…"}}`.

use axum::Json;
use axum::body::to_bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
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

    pub(crate) fn place_ahead(message: impl Into<String>) -> Self {
        Self { code: Code::PlaceAhead, message: message.into() }
    }

    pub(crate) fn unavailable(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn wrong_state(message: impl Into<String>) -> Self {
        Self { code: Code::WrongState, message: message.into() }
    }
}

/// Most that is read of a refusal that is not ours: a sentence.
const SENTENCE_BYTES_MAX: usize = 4 * 1024;

/// What axum itself refuses (another content type, a body that is no JSON or too large, a path that is no text) is a sentence
/// of plain text: whoever reads the code of every refusal finds one in these, too.
pub(crate) async fn in_our_words(response: Response) -> Response {
    let kind = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if !response.status().is_client_error() || !kind.starts_with(b"text/plain") {
        return response;
    }
    let code = match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedContentType,
        _ => Code::BadRequest,
    };
    let said = to_bytes(response.into_body(), SENTENCE_BYTES_MAX).await.unwrap_or_default();
    ApiError { code, message: String::from_utf8_lossy(&said).into_owned() }.into_response()
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
