//! A webhook of which nothing was said yet.

use super::Webhook;
use crate::banked::date;
use crate::book::{Act, BookError};

impl Webhook {
    /// One that was made now, not kept yet.
    pub(crate) fn begin(act: &Act<'_>) -> Result<Self, BookError> {
        Ok(Self { id: act.chance()?.uuid(), created_at: date::v2(act.now), ..Self::blank() })
    }

    /// The same without an id: what a form begins with.
    pub(crate) fn blank() -> Self {
        let (id, target_url, created_at) = (String::new(), String::new(), String::new());
        Self { id, target_url, signature_key: None, replaced_key: None, events: Vec::new(), created_at }
    }
}
