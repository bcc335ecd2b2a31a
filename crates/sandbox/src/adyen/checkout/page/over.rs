//! Nothing to pay here, and why.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use minijinja::context;

use crate::adyen::checkout::offer::{Offer, Standing};
use crate::book::BookError;
use crate::pages::page;

/// What a session or link that cannot be paid says.
pub(super) fn over(offer: &Offer) -> Response {
    let (heading, text) = match offer.standing {
        Standing::Active if offer.reusable => ("Paid", "This has been paid. It can be paid again."),
        Standing::Completed => ("Paid", "This has been paid. The shop hears of it by a notification."),
        Standing::PaymentPending => ("On its way", "The payment is on its way; its outcome is not known yet."),
        Standing::Canceled => ("Cancelled", "This was cancelled. Nothing was paid."),
        Standing::Active | Standing::Refused | Standing::Expired => {
            ("Expired", "The time to pay this is over. Begin again at the shop.")
        }
    };
    let values = context! { heading, text, back => offer.way_back() };
    page(StatusCode::OK, "adyen-over.html", values)
}

/// Nobody knows what this page was for.
pub(super) fn unknown() -> Response {
    let text = "There is nothing to pay at this address. Begin again at the shop.";
    page(StatusCode::NOT_FOUND, "adyen-over.html", context! { heading => "Nothing here", text })
}

/// The book could not be read or written.
pub(super) fn broken(error: &BookError) -> Response {
    tracing::error!(%error, "the sandbox's book could not be read or written");
    (StatusCode::INTERNAL_SERVER_ERROR, "the sandbox could not read its book; its log says why").into_response()
}
