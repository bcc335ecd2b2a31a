//! What is authentic but was not routed.

use axum::Json;
use axum::extract::{Path, State};
use payhook_domain::error::Code;
use payhook_domain::id::EventSeq;
use payhook_domain::verdict::Standing;
use payhook_store::{EventFilter, StoredEvent};
use serde_json::{Value, json};

use super::events::{Filters, meant};
use super::page::{Asked, Paging, Params};
use super::{Api, ApiError, typed, view};
use crate::ingest::again::{self, NotReleased};

/// Query parameters of the lists of waiting rows.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Query {
    source: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// `GET /api/v1/aside`
pub(crate) async fn list(State(api): State<Api>, Params(query): Params<Query>) -> Result<Json<Value>, ApiError> {
    list_standing(&api, "aside", Standing::Aside, query).await
}

/// `GET /api/v1/aside/{id}`
pub(crate) async fn show(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let row = row_of(&api, &id, Standing::Aside).await?;
    with_bytes(&api, &row).await
}

/// `POST /api/v1/aside/{id}/release`
pub(crate) async fn release(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let row = row_of(&api, &id, Standing::Aside).await?;
    let event = row.event.id;
    let verdicts = again::release_aside(&api.gateway, row).await?;
    let verdicts: Vec<_> = verdicts.iter().map(|verdict| verdict.as_str()).collect();
    Ok(Json(json!({ "released": event, "verdicts": verdicts })))
}

/// A list of the rows of one standing.
pub(crate) async fn list_standing(
    api: &Api,
    name: &'static str,
    standing: Standing,
    query: Query,
) -> Result<Json<Value>, ApiError> {
    let Query { source, limit, cursor } = query;
    let asked = Asked::new(api, name, Filters::of_source(source), Paging { limit, cursor })?;
    let filter = EventFilter { standing: Some(standing), ..meant(api, &asked.filter)? };
    let page = api.gateway.reader.events(filter, asked.page.clone()).await?;
    Ok(asked
        .answer(api, page, |row| view::merged(view::event(api, row), json!({ "id": row.seq, "event": row.event.id }))))
}

/// The row with this id, provided it is of that standing.
pub(crate) async fn row_of(api: &Api, id: &str, standing: Standing) -> Result<StoredEvent, ApiError> {
    let seq: EventSeq = typed::id(id)?;
    let row = api.gateway.reader.event_row(seq).await?;
    let row = row.ok_or_else(|| ApiError::not_found(format!("no event row {seq}")))?;
    if row.standing == standing {
        return Ok(row);
    }
    Err(ApiError::wrong_state(format!("{seq} is {}, not {}", row.standing.as_str(), standing.as_str())))
}

/// A row and the notification it came in.
pub(crate) async fn with_bytes(api: &Api, row: &StoredEvent) -> Result<Json<Value>, ApiError> {
    let found = api.gateway.reader.notification(row.notification).await?;
    let bytes = found.map(|kept| view::bytes(&kept.headers, &kept.body));
    let more = json!({ "id": row.seq, "event": row.event.id, "received": bytes });
    Ok(Json(view::merged(view::event(api, row), more)))
}

impl From<NotReleased> for ApiError {
    fn from(error: NotReleased) -> Self {
        match error {
            NotReleased::Store(unavailable) => unavailable.into(),
            NotReleased::KeyUnavailable(unavailable) => {
                Self::unavailable(Code::KeyUnavailable, unavailable.to_string())
            }
            other => Self::wrong_state(other.to_string()),
        }
    }
}
