//! What is shown when it does not work.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use minijinja::context;

use crate::book::BookError;
use crate::pages::page;

/// Why it does not.
#[derive(Debug)]
pub(super) enum Trouble {
    /// There is no such thing, or not any more.
    Missing(&'static str),
    Book(BookError),
}

impl From<BookError> for Trouble {
    fn from(error: BookError) -> Self {
        Self::Book(error)
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let (status, what, cure) = match self {
            Self::Missing(what) => (StatusCode::NOT_FOUND, what.to_owned(), "It may have been deleted meanwhile."),
            Self::Book(error) => {
                tracing::error!(%error, "the sandbox's book");
                let cure = "Look at the disk and at the file that --data names, then try again.";
                (StatusCode::INTERNAL_SERVER_ERROR, error.to_string(), cure)
            }
        };
        page(status, "area/trouble.html", context! { what, cure })
    }
}
