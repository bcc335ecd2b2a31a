//! Paths whose escapes are no text: no handler is asked, and the answer is that of a path where nothing is.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use percent_encoding::percent_decode_str;

/// What an API says of a path where nothing is.
pub(crate) type Nowhere = fn() -> Response;

/// Lets only those pass whose path can be read.
pub(crate) async fn text_alone(State(nowhere): State<Nowhere>, request: Request, next: Next) -> Response {
    if percent_decode_str(request.uri().path()).decode_utf8().is_err() {
        return nowhere();
    }
    next.run(request).await
}
