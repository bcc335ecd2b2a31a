//! The paths of the Management API.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::refusal::Refusal;
use super::{accounts, keys, trial, webhooks};
use crate::world::World;

/// `/adyen/management/v3`. Webhooks stand under the company and under each merchant account, in the same manner.
pub(crate) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/me", get(accounts::me))
        .route("/companies/{company}/merchants", get(accounts::merchants))
        .route("/merchants/{merchant}", get(accounts::merchant))
        .merge(under("/companies/{company}"))
        .merge(under("/merchants/{merchant}"))
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::Method)
}

fn under(account: &str) -> Router<Arc<World>> {
    let webhook = format!("{account}/webhooks/{{webhook}}");
    Router::new()
        .route(&format!("{account}/webhooks"), get(webhooks::list).post(webhooks::create))
        .route(&webhook, get(webhooks::show).patch(webhooks::change).delete(webhooks::delete))
        .route(&format!("{webhook}/generateHmac"), post(keys::generate))
        .route(&format!("{webhook}/test"), post(trial::test))
}
