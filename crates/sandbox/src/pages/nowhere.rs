//! What is shown where there is no page.

use axum::response::Response;
use http::StatusCode;
use minijinja::context;

use super::page;

/// Nothing stands at this address.
pub(crate) async fn nowhere() -> Response {
    let (what, cure) = ("There is nothing at this address", "The overview leads to everything that there is.");
    page(StatusCode::NOT_FOUND, "area/trouble.html", context! { what, cure })
}

/// Something does, but it is not asked like this.
pub(crate) async fn no_such_method() -> Response {
    let (what, cure) = ("This address cannot be asked like this", "The overview leads to everything that there is.");
    page(StatusCode::METHOD_NOT_ALLOWED, "area/trouble.html", context! { what, cure })
}
