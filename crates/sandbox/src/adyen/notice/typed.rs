//! What has a `type` in place of an event code: signed by a header over the whole body, and told to webhooks of its own kind.

use payhook_provider::sample;
use serde_json::{Value, json};

use super::date;
use crate::adyen::webhook::Webhook;
use crate::book::{Act, BookError, Content, Draft};

/// The kind of webhooks that hear of a token's life. The Management API makes none such; Adyen's Customer Area does.
pub(crate) const TOKEN_WEBHOOK: &str = "recurring-token-notification";

/// Queues a body of this type for every active webhook of this kind. `subject` is what the merchant finds it by.
pub(crate) fn tell_typed(
    act: &Act<'_>,
    kind: &str,
    word: &str,
    (event, subject): (&str, &str),
    data: &Value,
) -> Result<(), BookError> {
    let account = data["merchantAccount"].as_str().unwrap_or_default();
    let company = &act.accounts().company;
    let mut webhooks = act.all_of::<Webhook>(company)?;
    webhooks.extend(act.all_of::<Webhook>(account)?);
    let body =
        json!({ "createdAt": date(act.now), "environment": "test", "eventId": event, "type": word, "data": data });
    let hear = |webhook: &&Webhook| webhook.active && webhook.kind == kind && webhook.hears_of(account, company);
    for webhook in webhooks.iter().filter(hear) {
        act.post(&Draft {
            endpoint: webhook.id.clone(),
            lane: webhook.id.clone(),
            provider: "adyen".to_owned(),
            event: word.to_owned(),
            subject: subject.to_owned(),
            content: content(&body),
            due: act.now,
        })?;
    }
    Ok(())
}

fn content(body: &Value) -> Content {
    let unsigned = sample::unsigned("adyen", body);
    let body = String::from_utf8_lossy(&unsigned.body).into_owned();
    Content { media: "application/json".to_owned(), body, fault: None }
}
