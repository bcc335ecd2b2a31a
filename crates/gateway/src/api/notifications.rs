//! Notifications: the bytes as they came.

use axum::Json;
use axum::extract::{Path, State};
use payhook_domain::id::NotificationId;
use payhook_store::NameKind;
use serde_json::{Value, json};

use super::{Api, ApiError, typed, view};

/// `GET /api/v1/notifications/{id}`
pub(crate) async fn show(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let id: NotificationId = typed::id(&id)?;
    let found = api.gateway.reader.notification(id).await?;
    let found = found.ok_or_else(|| ApiError::not_found(format!("no notification {id}")))?;
    let about = json!({
        "id": id,
        "source": api.gateway.names.name(NameKind::Source, found.source),
        "received_at": found.received_at,
        "target": found.target,
        "peer": found.peer,
        "config": data_encoding::HEXLOWER.encode(&found.config),
    });
    // A request without a body was kept with its headers; one without either was passed by retention.
    let is_gone = found.headers.is_empty() && found.body.is_empty();
    let bytes = if is_gone { json!({ "pruned": true }) } else { view::bytes(&found.headers, &found.body) };
    Ok(Json(view::merged(about, bytes)))
}
