//! Who is asking: a Bearer token, compared by digests of one width.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use payhook_domain::error::Code;
use payhook_domain::identity::Digest;

use super::{Api, ApiError};
use crate::introduction;

/// The digest of the token that opens the API.
pub(crate) struct Token(Digest);

impl Token {
    pub(crate) fn new(text: &str) -> Self {
        Self(Digest::of([text.as_bytes()]))
    }

    /// What shows whoever has it that this gateway has it, too.
    pub(super) fn proof(&self, nonce: &str) -> Option<String> {
        introduction::proof(&self.0, nonce)
    }

    /// Whether the request carries it. A missing token takes the same steps as a wrong one.
    fn fits(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let token = given.strip_prefix("Bearer ").unwrap_or_default();
        let digest = Digest::of([token.as_bytes()]);
        verify_slices_are_equal(self.0.as_bytes(), digest.as_bytes()).is_ok() && !token.is_empty()
    }
}

/// Lets through who has the token.
pub(crate) async fn ask(State(api): State<Api>, request: Request, next: Next) -> Response {
    if api.token.fits(request.headers()) {
        return next.run(request).await;
    }
    ApiError::of(Code::Unauthorized).into_response()
}
