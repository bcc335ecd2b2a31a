//! What a merchant account has chosen about its payments, as it would choose it in the Customer Area.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::mistake::Mistake;
use crate::adyen::checkout::{CaptureDelay, Settings};
use crate::world::World;

/// What can be changed; what is not given stays.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Change {
    capture_delay: Option<CaptureDelay>,
    multiple_partial_captures: Option<bool>,
}

/// `GET /accounts/{merchant}`.
pub(super) async fn show(
    State(world): State<Arc<World>>,
    Path(merchant): Path<String>,
) -> Result<Json<Value>, Mistake> {
    changed(&world, &merchant, Change::default())
}

/// `POST /accounts/{merchant}`: for payments from now on.
pub(super) async fn change(
    State(world): State<Arc<World>>,
    Path(merchant): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Mistake> {
    let change = serde_json::from_slice(&body).map_err(|error| {
        let takes = r#"takes {"captureDelay": "immediate" or "manual", "multiplePartialCaptures": true or false}"#;
        Mistake::bad_request(format!("{takes}: {error}"))
    })?;
    changed(&world, &merchant, change)
}

fn changed(world: &World, merchant: &str, change: Change) -> Result<Json<Value>, Mistake> {
    if !world.accounts.has_merchant(merchant) {
        return Err(Mistake::not_found(format!("there is no merchant account {merchant}")));
    }
    world.act(|act| {
        let present = Settings::of(act, merchant)?;
        let settings = Settings {
            capture_delay: change.capture_delay.unwrap_or(present.capture_delay),
            multiple_partial_captures: change.multiple_partial_captures.unwrap_or(present.multiple_partial_captures),
            ..present.clone()
        };
        if settings != present {
            act.keep(&settings)?;
        }
        Ok(Json(json!(settings)))
    })
}
