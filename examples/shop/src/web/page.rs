//! Templates, and the headers every page carries.

use std::sync::LazyLock;

use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use minijinja::{Environment, Value};

use crate::money;

/// Every template by its name; the name's ending has values escaped as HTML.
const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("../../templates/base.html")),
    ("shelf.html", include_str!("../../templates/shelf.html")),
    ("basket.html", include_str!("../../templates/basket.html")),
    ("order.html", include_str!("../../templates/order.html")),
    ("card.html", include_str!("../../templates/card.html")),
    ("admin.html", include_str!("../../templates/admin.html")),
    ("admin_order.html", include_str!("../../templates/admin_order.html")),
    ("message.html", include_str!("../../templates/message.html")),
];

/// Nothing from elsewhere, nothing inline, in no frame. Forms may lead anywhere, since a checkout ends at a provider's page.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'",
);

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.add_filter("money", money::show);
    environment.add_filter("field", money::field);
    for (name, source) in TEMPLATES {
        environment.add_template(name, source).expect("a template that its test has read");
    }
    environment
});

/// A page.
pub(crate) fn page(status: StatusCode, template: &str, values: Value) -> Response {
    page_with(POLICY, status, template, values)
}

/// A page with a policy of its own.
pub(crate) fn page_with(policy: HeaderValue, status: StatusCode, template: &str, values: Value) -> Response {
    let rendered = ENVIRONMENT.get_template(template).and_then(|template| template.render(values));
    match rendered {
        Ok(html) => (
            status,
            [
                (CONTENT_SECURITY_POLICY, policy),
                (CACHE_CONTROL, HeaderValue::from_static("no-store")),
                // An order's address is its key: it is told to nobody, the provider's page included.
                (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
                (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            ],
            Html(html),
        )
            .into_response(),
        Err(error) => {
            tracing::error!(%error, template, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "this page could not be rendered").into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_read() {
        assert_eq!(ENVIRONMENT.templates().count(), TEMPLATES.len());
    }

    #[test]
    fn no_page_carries_a_script_or_a_style_inline() {
        for (name, source) in TEMPLATES {
            let handles =
                |rest: &str| rest.split_once('=').is_some_and(|(word, _)| word.bytes().all(|b| b.is_ascii_lowercase()));
            assert!(!source.contains(" style=") && !source.contains("<style"), "{name}");
            assert!(!source.split(" on").skip(1).any(handles), "{name}");
            assert_eq!(source.matches("<script").count(), source.matches("<script src=").count(), "{name}");
        }
    }
}
