//! A webhook of which nothing was said yet.

use payhook_domain::time::Timestamp;

use super::Webhook;
use crate::book::{Act, BookError};

impl Webhook {
    /// One that was made now, not kept yet.
    pub(crate) fn begin(act: &Act<'_>) -> Result<Self, BookError> {
        Ok(Self { id: act.chance()?.uuid(), created_at: date(act.now), ..Self::blank() })
    }

    /// The same without an id: what a form begins with.
    pub(crate) fn blank() -> Self {
        let (id, target_url, created_at) = (String::new(), String::new(), String::new());
        Self { id, target_url, signature_key: None, events: Vec::new(), created_at }
    }
}

/// `2019-10-31 16:45:34 UTC`.
fn date(at: Timestamp) -> String {
    let moment = jiff::Timestamp::from_second(at.as_seconds()).unwrap_or_default();
    moment.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
