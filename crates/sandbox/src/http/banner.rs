//! *Sandbox* in every answer's headers: nobody may take it for the real thing.

use axum::response::Response;
use http::HeaderValue;
use http::header::SERVER;

/// Adds who answers.
pub(super) async fn banner(mut response: Response) -> Response {
    response.headers_mut().insert(SERVER, HeaderValue::from_static("payhook-sandbox"));
    response
}
