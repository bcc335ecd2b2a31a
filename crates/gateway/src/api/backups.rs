//! Backups: copies of the store, made by the gateway while it runs.

use std::path::PathBuf;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Api, ApiError, setup, typed, view};
use crate::backup::{self, Asked, BackupId, Job, NotBegun, Stage};

/// What a caller sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The full path of the file to be, on the gateway's machine.
    file: PathBuf,
    /// Replaces a backup of that name.
    #[serde(default)]
    force: bool,
    /// Copies the envelope key beside it.
    #[serde(default = "yes")]
    key: bool,
}

fn yes() -> bool {
    true
}

/// `POST /api/v1/backups`
pub(crate) async fn begin(State(api): State<Api>, Json(wanted): Json<Wanted>) -> Result<Json<Value>, ApiError> {
    let asked = Asked { to: wanted.file, replace: wanted.force, with_key: wanted.key };
    Ok(Json(shown(&backup::begin(&api.gateway, asked)?)))
}

/// `GET /api/v1/backups`: those of this process, newest first.
pub(crate) async fn list(State(api): State<Api>) -> Json<Value> {
    setup::list(backup::list(&api.gateway).iter().rev().map(shown))
}

/// `GET /api/v1/backups/{id}`
pub(crate) async fn show(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    Ok(Json(shown(&find(&api, &id)?)))
}

/// `POST /api/v1/backups/{id}/cancel`: it ends behind its present step, and leaves nothing.
pub(crate) async fn cancel(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let job = find(&api, &id)?;
    if !backup::cancel(&api.gateway, job.id) {
        return Err(ApiError::wrong_state(format!("{} is {}", job.id, job.word())));
    }
    Ok(Json(json!({ "cancelled": job.id.to_string() })))
}

fn find(api: &Api, id: &str) -> Result<Job, ApiError> {
    let id: BackupId = typed::id(id)?;
    let found = backup::find(&api.gateway, id);
    found.ok_or_else(|| {
        ApiError::not_found(format!("no backup {id}; the last fifty since the gateway's start are known"))
    })
}

fn shown(job: &Job) -> Value {
    let (copied, total) = job.progress.bytes();
    let view = json!({
        "id": job.id.to_string(),
        "state": job.word(),
        "file": job.to,
        "begun_at": job.begun_at,
        "ended_at": job.ended_at,
        "bytes_copied": copied,
        "bytes_total": total,
    });
    match &job.stage {
        Stage::Running => view,
        Stage::Failed(why) => view::merged(view, json!({ "why": why })),
        Stage::Done(made) => view::merged(view, crate::backup::view(made)),
    }
}

impl From<NotBegun> for ApiError {
    fn from(error: NotBegun) -> Self {
        match error {
            NotBegun::Relative(_) => Self::bad_request(error.to_string()),
            NotBegun::UnderWay(_) | NotBegun::NoThread(_) => Self::wrong_state(error.to_string()),
        }
    }
}
