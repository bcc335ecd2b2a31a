//! One webhook as it is configured at Banked's side.
//!
//! - `begin`: one of which nothing was said yet.
//! - `rules`: what one can be.
//! - `keys`: a key that takes another's place.
//! - `trial`: a test notification.

mod begin;
mod keys;
pub(crate) mod rules;
mod trial;

use serde::{Deserialize, Serialize};

use crate::book::{Act, BookError, Document};
use crate::sender::{Endpoint, Secured};

pub(crate) use trial::trial;

/// A webhook. The names of the fields are the API's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) target_url: String,
    /// Chosen by the merchant; plain text.
    pub(crate) signature_key: Option<String>,
    /// The one that it has replaced.
    #[serde(default)]
    pub(crate) replaced_key: Option<String>,
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

impl Webhook {
    /// Where its notifications go.
    pub(crate) fn endpoint(&self) -> Endpoint {
        let (url, key) = (self.target_url.clone(), self.signature_key.clone());
        Endpoint { url, key, basic: None, headers: Vec::new(), secured: Secured::default() }
    }
}

/// Where its notifications go now; nothing when it is gone.
pub(super) fn endpoint(act: &Act<'_>, id: &str) -> Result<Option<Endpoint>, BookError> {
    let webhook = act.find::<Webhook>(id)?;
    Ok(webhook.as_ref().map(Webhook::endpoint))
}

/// The key that its present one has replaced, if there was another.
pub(super) fn replaced_key(act: &Act<'_>, id: &str) -> Result<Option<String>, BookError> {
    Ok(act.find::<Webhook>(id)?.and_then(|webhook| webhook.replaced_key))
}
