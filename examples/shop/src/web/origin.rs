//! Forms are taken from the shop's own pages alone: another site must not buy, or refund, in somebody's name.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Method, StatusCode};

pub(crate) async fn check(request: Request, next: Next) -> Response {
    if request.method() != Method::POST || is_own(request.headers()) {
        return next.run(request).await;
    }
    (
        StatusCode::FORBIDDEN,
        "this form was sent from another site; hint: open the shop's own page and send it from there",
    )
        .into_response()
}

/// Browsers say where a form comes from, in one header or the other. What says nothing is no browser, and carries nobody's
/// cookies unasked.
fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(HOST.as_str())
        }
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(pairs: &[(&'static str, &'static str)]) -> bool {
        is_own(&pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect())
    }

    #[test]
    fn only_the_shops_own_pages_may_send_a_form() {
        assert!(own(&[("host", "shop.example"), ("sec-fetch-site", "same-origin")]));
        assert!(!own(&[("host", "shop.example"), ("sec-fetch-site", "cross-site")]));
        assert!(!own(&[("host", "shop.example"), ("sec-fetch-site", "same-site")]));
        assert!(own(&[("host", "shop.example:3000"), ("origin", "https://shop.example:3000")]));
        assert!(!own(&[("host", "shop.example"), ("origin", "https://evil.example")]));
        assert!(!own(&[("host", "shop.example"), ("origin", "null")]));
        assert!(own(&[("host", "shop.example")]), "no browser");
    }
}
