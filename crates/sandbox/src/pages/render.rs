//! Templates, and the headers every page carries.

use std::sync::LazyLock;

use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use minijinja::{Environment, Value};

/// Every template by its name; the name's ending has values escaped as HTML.
const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("templates/base.html")),
    ("banked-account.html", include_str!("templates/banked-account.html")),
    ("banked-consent.html", include_str!("templates/banked-consent.html")),
    ("banked-done.html", include_str!("templates/banked-done.html")),
    ("banked-gone.html", include_str!("templates/banked-gone.html")),
    ("banked-pay.html", include_str!("templates/banked-pay.html")),
    ("adyen-over.html", include_str!("templates/adyen-over.html")),
    ("adyen-pay.html", include_str!("templates/adyen-pay.html")),
    ("adyen-redirect.html", include_str!("templates/adyen-redirect.html")),
];

/// Nothing from elsewhere, nothing inline, in no frame. Forms may lead anywhere: a payment page returns to its shop.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'",
);

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, source) in TEMPLATES {
        environment.add_template(name, source).expect("a template that its test has rendered");
    }
    environment
});

/// A page.
pub(crate) fn page(status: StatusCode, template: &str, values: Value) -> Response {
    let rendered = ENVIRONMENT.get_template(template).and_then(|template| template.render(values));
    match rendered {
        Ok(html) => (
            status,
            [
                (CONTENT_SECURITY_POLICY, POLICY),
                (CACHE_CONTROL, HeaderValue::from_static("no-store")),
                (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
                (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            ],
            Html(html),
        )
            .into_response(),
        Err(error) => {
            tracing::error!(%error, template, "a page");
            (StatusCode::INTERNAL_SERVER_ERROR, "this page could not be rendered").into_response()
        }
    }
}
