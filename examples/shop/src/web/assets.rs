//! The files that pages refer to.

use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};

use crate::shop::Till;

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Where they are.
pub(crate) fn router() -> Router<Arc<Till>> {
    Router::new()
        .route("/assets/shop.css", get(|| async { file(CSS, include_str!("../../assets/shop.css")) }))
        .route("/assets/order.js", get(|| async { file(JAVASCRIPT, include_str!("../../assets/order.js")) }))
        .route("/assets/card.js", get(|| async { file(JAVASCRIPT, include_str!("../../assets/card.js")) }))
        .route("/favicon.svg", get(|| async { file(SVG, include_str!("../../assets/pictures/favicon.svg")) }))
        .route("/favicon.ico", get(|| async { file(SVG, include_str!("../../assets/pictures/favicon.svg")) }))
        .route("/healthz", get(|| async { "ok" }))
}

fn file(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "max-age=60"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, text)
}
