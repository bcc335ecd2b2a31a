//! One webhook as it is configured at Banked's side.

use serde::{Deserialize, Serialize};

use crate::book::{Act, BookError, Document};
use crate::sender::Endpoint;

/// A webhook. The names of the fields are the API's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) target_url: String,
    /// Chosen by the merchant; plain text.
    pub(crate) signature_key: Option<String>,
    pub(crate) events: Vec<String>,
    /// As Banked writes it.
    pub(crate) created_at: String,
}

impl Document for Webhook {
    const KIND: &'static str = "banked webhook";

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &str {
        ""
    }
}

/// Where its notifications go now; nothing when it is gone.
pub(super) fn endpoint(act: &Act<'_>, id: &str) -> Result<Option<Endpoint>, BookError> {
    let webhook = act.find::<Webhook>(id)?;
    Ok(webhook.map(|webhook| Endpoint {
        url: webhook.target_url,
        key: webhook.signature_key,
        basic: None,
        headers: Vec::new(),
    }))
}
