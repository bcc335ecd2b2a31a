//! Who hears of it: every webhook that names the event.

use crate::banked::webhook::Webhook;
use crate::book::{Act, BookError, Content, Draft};

/// Queues the notification for everyone who is to hear of it. Each goes its own way: none waits for another.
pub(super) fn tell(act: &Act<'_>, event: &str, reference: &str, body: String) -> Result<(), BookError> {
    for webhook in act.all_of::<Webhook>("")? {
        if webhook.events.iter().any(|named| named == event) {
            act.post(&Draft {
                endpoint: webhook.id,
                lane: act.chance()?.uuid(),
                provider: "banked".to_owned(),
                event: event.to_owned(),
                subject: reference.to_owned(),
                content: Content { media: "application/json".to_owned(), body: body.clone(), fault: None },
                due: act.now,
            })?;
        }
    }
    Ok(())
}
