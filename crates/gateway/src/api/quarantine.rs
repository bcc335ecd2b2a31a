//! What was not authenticated, and why.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use payhook_domain::id::QuarantineId;
use payhook_provider::doctor::Diagnosis;
use payhook_store::QuarantineRow;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::page::{Asked, Paging, Params};
use super::{Api, ApiError, typed, view};
use crate::ingest::again;

/// The filter of the quarantine's list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Filters {
    source: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Query {
    source: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// `GET /api/v1/quarantine`
pub(crate) async fn list(State(api): State<Api>, Params(query): Params<Query>) -> Result<Json<Value>, ApiError> {
    let Query { source, limit, cursor } = query;
    let asked = Asked::new(&api, "quarantine", Filters { source }, Paging { limit, cursor })?;
    let source = typed::source(&api, asked.filter.source.as_deref())?;
    let page = api.gateway.reader.quarantine(source, asked.page.clone()).await?;
    Ok(asked.answer(&api, page, |row| view::quarantined(&api, row)))
}

/// `GET /api/v1/quarantine/{id}`
pub(crate) async fn show(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let row = find(&api, &id).await?;
    let more = json!({ "received": view::bytes(&row.headers, &row.body), "diagnosis": diagnosis(&api, &row).await });
    Ok(Json(view::merged(view::quarantined(&api, &row), more)))
}

/// `POST /api/v1/quarantine/{id}/release`
pub(crate) async fn release(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let row = find(&api, &id).await?;
    let id = row.id;
    let verdicts = again::release_quarantined(&api.gateway, row).await?;
    let verdicts: Vec<_> = verdicts.iter().map(|verdict| verdict.as_str()).collect();
    Ok(Json(json!({ "released": id, "verdicts": verdicts })))
}

/// What explains the refusal by today's keys; nothing when its source is gone. Off the runtime: it tries many keys and bodies.
async fn diagnosis(api: &Api, row: &QuarantineRow) -> Option<Vec<Diagnosis>> {
    let published = again::published(&api.gateway, row).await;
    let (gateway, row) = (Arc::clone(&api.gateway), row.clone());
    tokio::task::spawn_blocking(move || again::diagnose(&gateway, &row, &published)).await.ok().flatten()
}

async fn find(api: &Api, id: &str) -> Result<QuarantineRow, ApiError> {
    let id: QuarantineId = typed::id(id)?;
    let found = api.gateway.reader.quarantined(id).await?;
    found.ok_or_else(|| ApiError::not_found(format!("nothing is quarantined as {id}")))
}
