//! Replays: old events owed anew.

use axum::Json;
use axum::extract::{Path, State};
use payhook_domain::time::Timestamp;
use payhook_store::NameKind;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Api, ApiError};
use crate::dispatch::replay::{self, Asked, Job, Mistake, NotBegun, NotFound, ReplayId, Shown};

/// What a caller sends: what is asked, and whether only to look.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    /// Makes nothing; answers with what would be sent.
    dry_run: bool,
    /// With `dry_run`: goes on behind this row.
    after: i64,
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

/// `POST /api/v1/replays`
pub(crate) async fn begin(State(api): State<Api>, Json(wanted): Json<Wanted>) -> Result<Json<Value>, ApiError> {
    // Read apart, so that a misspelt filter is refused and not taken for everything.
    let asked: Asked =
        serde_json::from_value(Value::Object(wanted.rest)).map_err(|error| ApiError::bad_request(error.to_string()))?;
    if wanted.dry_run {
        return look(&api, asked, wanted.after).await;
    }
    let job = replay::begin(&api.gateway, asked).await?;
    Ok(Json(shown(&job)))
}

/// `GET /api/v1/replays`: those under way and the last that are over, newest first.
pub(crate) async fn list(State(api): State<Api>) -> Result<Json<Value>, ApiError> {
    let jobs = replay::list(&api.gateway).await?;
    let rows: Vec<Value> = jobs.iter().rev().map(shown).collect();
    Ok(Json(json!({ "data": rows, "next_cursor": null })))
}

/// `GET /api/v1/replays/{id}`
pub(crate) async fn show(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    Ok(Json(shown(&find(&api, &id).await?)))
}

/// `POST /api/v1/replays/{id}/cancel`: it ends behind its present batch.
pub(crate) async fn cancel(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let job = find(&api, &id).await?;
    if !replay::cancel(&api.gateway, job.id) {
        return Err(ApiError::wrong_state(format!("{} is {}", job.id, job.stage.as_str())));
    }
    Ok(Json(json!({ "cancelled": job.id.to_string() })))
}

async fn look(api: &Api, asked: Asked, after: i64) -> Result<Json<Value>, ApiError> {
    let found = replay::preview(&api.gateway, asked, after).await?;
    let row = |row: &Shown| {
        json!({
            "event": row.event.event.id,
            "seq": row.event.seq,
            "kind": row.event.event.kind.as_str(),
            "reference": row.event.event.reference,
            "received_at": row.event.received_at,
            "destination": api.gateway.names.name(NameKind::Destination, row.destination),
            "delivery": row.before.map(|(id, _)| id),
            "state": row.before.map(|(_, state)| state.as_str()),
        })
    };
    let rows: Vec<Value> = found.rows.iter().map(row).collect();
    Ok(Json(json!({ "dry_run": true, "data": rows, "next": found.next, "last": found.last })))
}

async fn find(api: &Api, id: &str) -> Result<Job, ApiError> {
    let id: ReplayId = id.parse().map_err(|error| ApiError::bad_request(format!("{id:?} is {error}")))?;
    let found = replay::find(&api.gateway, id).await?;
    found.ok_or_else(|| ApiError::not_found(format!("no replay {id}; the last fifty are kept")))
}

fn shown(job: &Job) -> Value {
    json!({
        "id": job.id.to_string(),
        "state": job.stage.as_str(),
        "asked": job.asked,
        "begun_at": Timestamp::from_micros(job.begun_at),
        "ended_at": job.ended_at.map(Timestamp::from_micros),
        "first": job.first,
        "last": job.last,
        "at": job.at,
        "events": job.events,
        "deliveries": job.deliveries,
        "withheld": job.withheld,
        "why": job.why(),
    })
}

impl From<NotFound> for ApiError {
    fn from(error: NotFound) -> Self {
        NotBegun::from(error).into()
    }
}

impl From<NotBegun> for ApiError {
    fn from(error: NotBegun) -> Self {
        match error {
            NotBegun::Mistake(Mistake(what)) => Self::bad_request(what),
            NotBegun::TooMany => Self::wrong_state(error.to_string()),
            NotBegun::Store(unavailable) => unavailable.into(),
        }
    }
}
