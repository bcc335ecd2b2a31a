//! Who may ask the providers' APIs, and how: what a merchant would have been given.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::world::World;

/// `GET /accounts`.
pub(super) async fn show(State(world): State<Arc<World>>) -> Json<Value> {
    let accounts = &world.accounts;
    Json(json!({
        "adyen": {
            "companyAccount": accounts.company,
            "merchantAccounts": accounts.merchants,
            "apiKey": accounts.adyen_api_key,
            "checkout": world.address("/adyen/checkout/v71"),
            "management": world.address("/adyen/management/v3"),
        },
        "banked": {
            "apiKey": accounts.banked_api_key,
            "secretKey": accounts.banked_secret,
            "api": world.address("/banked/v2"),
        },
    }))
}
