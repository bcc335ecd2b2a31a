//! What Adyen's Checkout API is asked.

use serde_json::{Value, json};
use url::Url;

use super::Asked;
use crate::book::{Order, Payment};
use crate::intentions::Kind;
use crate::settings::Adyen;

/// A session: hosted by Adyen, or for the Drop-in on the shop's own page.
pub(super) fn session(settings: &Adyen, order: &Order, return_url: &Url) -> Asked {
    let mut body = json!({
        "merchantAccount": settings.merchant_account,
        "amount": amount(order.total, &order.currency),
        "reference": order.reference,
        "returnUrl": return_url,
        "countryCode": "GB",
        "shopperLocale": "en-GB",
        "shopperEmail": order.email,
    });
    if !shows_drop_in(settings) {
        body["mode"] = "hosted".into();
        if let Some(theme) = &settings.theme_id {
            body["themeId"] = theme.as_str().into();
        }
    }
    Asked { path: "/sessions".to_owned(), body: body.to_string() }
}

/// Whether card details are asked for on a page of the shop. The script for it is Adyen's, and talks to Adyen only.
pub(super) fn shows_drop_in(settings: &Adyen) -> bool {
    settings.client_key.is_some() && settings.is_adyens()
}

/// A capture, cancel or refund. It carries the order's reference, so that what is told of it names the order.
pub(super) fn modification(
    settings: &Adyen,
    kind: Kind,
    order: &Order,
    payment: &Payment,
    value: i64,
) -> Option<Asked> {
    let payment = payment.provider_reference.as_deref()?;
    let mut body = json!({ "merchantAccount": settings.merchant_account, "reference": order.reference });
    let what = match kind {
        Kind::Capture => "captures",
        Kind::Cancel => "cancels",
        Kind::Refund => "refunds",
        Kind::Session => return None,
    };
    if kind != Kind::Cancel {
        body["amount"] = amount(value, &order.currency);
    }
    Some(Asked { path: format!("/payments/{payment}/{what}"), body: body.to_string() })
}

fn amount(value: i64, currency: &str) -> Value {
    json!({ "value": value, "currency": currency })
}
