//! The same event again with other signed details: a person decides.

use axum::Json;
use axum::extract::{Path, State};
use payhook_domain::verdict::Standing;
use serde_json::{Value, json};

use super::aside::{Query, list_standing, row_of, with_bytes};
use super::page::Params;
use super::{Api, ApiError, view};
use crate::ingest::again;

/// `GET /api/v1/conflicts`
pub(crate) async fn list(State(api): State<Api>, Params(query): Params<Query>) -> Result<Json<Value>, ApiError> {
    list_standing(&api, "conflicts", Standing::Conflict, query).await
}

/// `GET /api/v1/conflicts/{id}`: the new version, its bytes, and the event as it was known.
pub(crate) async fn show(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let row = row_of(&api, &id, Standing::Conflict).await?;
    let known = api.gateway.reader.event(row.event.id).await?;
    let Json(view) = with_bytes(&api, &row).await?;
    Ok(Json(view::merged(view, json!({ "known": known.first().map(|first| view::event(&api, first)) }))))
}

/// `POST /api/v1/conflicts/{id}/accept`
pub(crate) async fn accept(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    decide(&api, &id, true).await
}

/// `POST /api/v1/conflicts/{id}/reject`
pub(crate) async fn reject(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    decide(&api, &id, false).await
}

async fn decide(api: &Api, id: &str, accept: bool) -> Result<Json<Value>, ApiError> {
    let row = row_of(api, id, Standing::Conflict).await?;
    let (seq, event) = (row.seq, row.event.id);
    again::decide_conflict(&api.gateway, row, accept).await?;
    Ok(Json(json!({ "id": seq, "event": event, "decision": if accept { "accepted" } else { "rejected" } })))
}
