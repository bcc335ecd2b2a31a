//! A test notification: a realistic payment session that does not exist.

use payhook_provider::sample::compose;

use super::Webhook;
use crate::book::{Act, BookError, Content, Draft};

/// The reference of every test.
const REFERENCE: &str = "Test notification";

/// The draft of one; nothing when no such event can be composed.
pub(crate) fn trial(act: &Act<'_>, webhook: &Webhook, event: &str) -> Result<Option<Draft>, BookError> {
    let seed = act.chance()?.below(u64::MAX);
    let Some(mut body) = compose("banked", event, seed, act.now) else { return Ok(None) };
    body["reference"] = REFERENCE.into();
    Ok(Some(Draft {
        endpoint: webhook.id.clone(),
        lane: act.chance()?.uuid(),
        provider: "banked".to_owned(),
        event: event.to_owned(),
        subject: REFERENCE.to_owned(),
        content: Content { media: "application/json".to_owned(), body: serde_json::to_string(&body)?, fault: None },
        due: act.now,
    }))
}
