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
    ("area/base.html", include_str!("templates/area/base.html")),
    ("area/parts.html", include_str!("templates/area/parts.html")),
    ("area/home.html", include_str!("templates/area/home.html")),
    ("area/log.html", include_str!("templates/area/log.html")),
    ("area/message.html", include_str!("templates/area/message.html")),
    ("area/scenarios.html", include_str!("templates/area/scenarios.html")),
    ("area/scenario.html", include_str!("templates/area/scenario.html")),
    ("area/trouble.html", include_str!("templates/area/trouble.html")),
    ("area/adyen-list.html", include_str!("templates/area/adyen-list.html")),
    ("area/adyen-new.html", include_str!("templates/area/adyen-new.html")),
    ("area/adyen-one.html", include_str!("templates/area/adyen-one.html")),
    ("area/adyen-form.html", include_str!("templates/area/adyen-form.html")),
    ("area/adyen-key.html", include_str!("templates/area/adyen-key.html")),
    ("area/banked-list.html", include_str!("templates/area/banked-list.html")),
    ("area/banked-new.html", include_str!("templates/area/banked-new.html")),
    ("area/banked-one.html", include_str!("templates/area/banked-one.html")),
    ("area/payments.html", include_str!("templates/area/payments.html")),
    ("area/payment-adyen.html", include_str!("templates/area/payment-adyen.html")),
    ("area/payment-banked.html", include_str!("templates/area/payment-banked.html")),
    ("area/accounts.html", include_str!("templates/area/accounts.html")),
    ("area/banked-form.html", include_str!("templates/area/banked-form.html")),
];

/// Nothing from elsewhere, nothing inline, in no frame. Forms may lead anywhere: a payment page returns to its shop.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'",
);

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.add_filter("moment", |micros: i64| written(micros, "%Y-%m-%d %H:%M:%S"));
    environment.add_filter("iso", |micros: i64| written(micros, "%Y-%m-%dT%H:%M:%SZ"));
    for (name, source) in TEMPLATES {
        environment.add_template(name, source).expect("a template that its test has rendered");
    }
    environment
});

/// A moment in microseconds since 1970, in UTC.
fn written(micros: i64, form: &str) -> String {
    jiff::Timestamp::from_microsecond(micros).unwrap_or_default().strftime(form).to_string()
}

/// A page.
pub(crate) fn page(status: StatusCode, template: &str, values: Value) -> Response {
    let rendered = ENVIRONMENT.get_template(template).and_then(|template| template.render(values));
    match rendered {
        Ok(html) => (
            status,
            [
                (CONTENT_SECURITY_POLICY, POLICY),
                (CACHE_CONTROL, HeaderValue::from_static("no-store")),
                (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
                (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            ],
            Html(html),
        )
            .into_response(),
        Err(error) => {
            tracing::error!(%error, template, "a page of the sandbox could not be made");
            (StatusCode::INTERNAL_SERVER_ERROR, "this page could not be rendered").into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_one_that_can_be_read() {
        for (name, _) in TEMPLATES {
            assert!(ENVIRONMENT.get_template(name).is_ok(), "{name}");
        }
    }
}
