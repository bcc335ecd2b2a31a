//! The item as a webhook's settings let it out, in the webhook's format.

use jiff::tz::{Offset, TimeZone};
use payhook_domain::time::Timestamp;
use payhook_provider::sample;
use serde_json::{Map, Value, json};

use super::Item;
use crate::adyen::webhook::{Format, Webhook};
use crate::book::Content;

/// Adyen writes its local time; the offset is that of winter, as in every sample.
const OFFSET: Offset = Offset::constant(1);

/// What is posted, before it is signed.
pub(crate) fn content(item: &Item, webhook: &Webhook, at: Timestamp) -> Content {
    let envelope = envelope(item, webhook, at);
    let unsigned = match webhook.communication_format {
        Format::Json => sample::unsigned("adyen", &envelope),
        Format::Http => sample::unsigned_form(&envelope).expect("a standard envelope can be a form"),
        Format::Soap => sample::unsigned_soap(&envelope).expect("a standard envelope can be SOAP"),
    };
    let media = unsigned.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = media.unwrap_or("application/json").to_owned();
    Content { media, body: String::from_utf8_lossy(&unsigned.body).into_owned(), fault: None }
}

/// The standard envelope with this one item.
fn envelope(item: &Item, webhook: &Webhook, at: Timestamp) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    let details = item.details.iter().filter(|detail| detail.setting.as_ref().is_none_or(|name| webhook.sets(name)));
    let details: Map<_, _> = details.map(|detail| (detail.name.clone(), json!(detail.text))).collect();
    put("additionalData", Value::Object(details));
    put("amount", json!({ "currency": item.amount.currency, "value": item.amount.value }));
    put("eventCode", json!(item.event_code));
    put("eventDate", json!(date(at)));
    put("merchantAccountCode", json!(item.merchant_account));
    put("merchantReference", json!(item.merchant_reference));
    if !item.operations.is_empty() {
        put("operations", json!(item.operations));
    }
    let shows_original = item.original_setting.as_ref().is_none_or(|setting| webhook.sets(setting));
    if let Some(original) = item.original_reference.as_ref().filter(|_| shows_original) {
        put("originalReference", json!(original));
    }
    if let Some(method) = &item.payment_method {
        put("paymentMethod", json!(method));
    }
    put("pspReference", json!(item.psp_reference));
    put("reason", json!(item.reason.as_deref().unwrap_or_default()));
    put("success", json!(item.success.to_string()));
    json!({ "live": "false", "notificationItems": [{ "NotificationRequestItem": fields }] })
}

/// `2026-11-28T07:30:00+01:00`, to the second.
pub(crate) fn date(at: Timestamp) -> String {
    let moment = jiff::Timestamp::from_second(at.as_seconds()).unwrap_or_default();
    moment.to_zoned(TimeZone::fixed(OFFSET)).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
