//! The company, its merchant accounts, and who asks.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::page::Page;
use super::refusal::Refusal;
use super::scope::{Asker, Level, Scope};
use super::shown::BASE;
use crate::world::World;

/// `GET /me`: the credential that asks.
pub(super) async fn me(State(world): State<Arc<World>>, _asker: Asker) -> Json<Value> {
    let accounts = &world.accounts;
    Json(json!({
        "id": "S2-SANDBOX",
        "username": format!("ws_sandbox@Company.{}", accounts.company),
        "clientKey": "test_SANDBOX",
        "active": true,
        "companyName": accounts.company,
        "associatedMerchantAccounts": accounts.merchants,
        "allowedOrigins": [],
        "roles": ["Management API — Webhooks read and write", "Checkout webservice role"],
        "_links": { "self": { "href": world.address(&format!("{BASE}/me")) } },
    }))
}

/// `GET /companies/{company}/merchants`.
pub(super) async fn merchants(State(world): State<Arc<World>>, scope: Scope, page: Page) -> Json<Value> {
    let address = world.address(&format!("{BASE}/{}/{}/merchants", scope.level.segment(), scope.account));
    Json(page.of(&world.accounts.merchants, &address, |account| shown(&world, account)))
}

/// `GET /merchants/{merchant}`.
pub(super) async fn merchant(State(world): State<Arc<World>>, scope: Scope) -> Result<Json<Value>, Refusal> {
    Ok(Json(shown(&world, &scope.account)))
}

fn shown(world: &World, account: &str) -> Value {
    let own = world.address(&format!("{BASE}/{}/{account}", Level::Merchant.segment()));
    json!({
        "id": account,
        "name": account,
        "companyId": world.accounts.company,
        "status": "Active",
        "_links": { "self": { "href": own }, "webhooks": { "href": format!("{own}/webhooks") } },
    })
}
