//! Who asks, and for which account.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;

use super::refusal::Refusal;
use crate::adyen::credential::is_ours;
use crate::adyen::webhook::Webhook;
use crate::book::Act;
use crate::world::World;

/// On which level webhooks are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Company,
    Merchant,
}

impl Level {
    /// The segment of the path.
    pub(super) const fn segment(self) -> &'static str {
        match self {
            Self::Company => "companies",
            Self::Merchant => "merchants",
        }
    }
}

/// Somebody with the right credential.
pub(super) struct Asker;

/// An account that the asker has rights for, and the webhook that the path names.
pub(super) struct Scope {
    pub(super) level: Level,
    pub(super) account: String,
    webhook: String,
}

impl Scope {
    /// The webhook that the path names.
    pub(super) fn webhook(&self, act: &Act<'_>) -> Result<Webhook, Refusal> {
        let found = act.find::<Webhook>(&self.webhook)?;
        found.filter(|webhook| webhook.account == self.account).ok_or(Refusal::NotFound)
    }
}

impl FromRequestParts<Arc<World>> for Asker {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, Refusal> {
        if is_ours(&parts.headers, &world.accounts) { Ok(Self) } else { Err(Refusal::Unauthorized) }
    }
}

impl FromRequestParts<Arc<World>> for Scope {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, Refusal> {
        Asker::from_request_parts(parts, world).await?;
        let named = Path::<HashMap<String, String>>::from_request_parts(parts, world).await;
        let Path(mut named) = named.map_err(|_| Refusal::NotFound)?;
        let accounts = &world.accounts;
        let webhook = named.remove("webhook").unwrap_or_default();
        match (named.remove("company"), named.remove("merchant")) {
            (Some(account), _) if account == accounts.company => Ok(Self { level: Level::Company, account, webhook }),
            (_, Some(account)) if accounts.has_merchant(&account) => {
                Ok(Self { level: Level::Merchant, account, webhook })
            }
            _ => Err(Refusal::Forbidden),
        }
    }
}
