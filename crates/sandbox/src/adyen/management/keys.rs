//! A new HMAC key, shown this once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::scope::Scope;
use crate::adyen::webhook::new_key;
use crate::world::World;

/// `generateHmac`: answers the key, this once.
pub(super) async fn generate(State(world): State<Arc<World>>, scope: Scope) -> Result<Json<Value>, Refusal> {
    world.act(|act| {
        let key = new_key(act, scope.webhook(act)?)?;
        Ok(Json(json!({ "hmacKey": key.hex })))
    })
}
