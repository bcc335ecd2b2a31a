//! What a failure looks like: a page that says what to do.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use minijinja::context;

use super::page::page;
use crate::book::BookError;

/// Why a page could not be shown.
pub(crate) enum Failure {
    /// There is nothing at that address.
    NotFound,
    /// What was asked for is not possible, and why.
    Refused(String),
    /// Nor is what the merchant asked of an order, whose page is there.
    Unwanted { why: String, order: String },
    /// The shop's own trouble.
    Book(BookError),
}

impl From<BookError> for Failure {
    fn from(error: BookError) -> Self {
        Self::Book(error)
    }
}

impl From<getrandom::Error> for Failure {
    fn from(error: getrandom::Error) -> Self {
        Self::Book(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut back = None;
        let (status, title, text) = match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "Nothing here", "There is no such page.".to_owned()),
            Self::Refused(why) => (StatusCode::CONFLICT, "Not done", why),
            Self::Unwanted { why, order } => {
                back = Some(order);
                (StatusCode::CONFLICT, "Not done", why)
            }
            Self::Book(error) => {
                tracing::error!(%error, "a request failed");
                let text = "Something is wrong on our side. Nothing was charged by this; please try again in a minute.";
                (StatusCode::SERVICE_UNAVAILABLE, "One moment", text.to_owned())
            }
        };
        page(status, "message.html", context! { title, text, back })
    }
}
