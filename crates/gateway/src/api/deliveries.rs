//! Deliveries: what is owed, what failed, and making it again.

use axum::Json;
use axum::extract::{Path, State};
use payhook_domain::delivery::State as DeliveryState;
use payhook_domain::id::{DeliveryId, EventId};
use payhook_store::{DeliveryFilter, PageRequest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::page::{Asked, Paging, Params};
use super::{Api, ApiError, typed, view};

/// Most dead letters one call makes again; the caller comes again for more.
const RETRY_MANY_MAX: usize = PageRequest::LIMIT_MAX;

/// The filters of a list of deliveries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Filters {
    state: Option<String>,
    destination: Option<String>,
    event: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Query {
    state: Option<String>,
    destination: Option<String>,
    event: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// `GET /api/v1/deliveries`
pub(crate) async fn list(State(api): State<Api>, Params(query): Params<Query>) -> Result<Json<Value>, ApiError> {
    let Query { state, destination, event, limit, cursor } = query;
    let asked = Asked::new(&api, "deliveries", Filters { state, destination, event }, Paging { limit, cursor })?;
    let filter = meant(&api, &asked.filter).await?;
    let page = api.gateway.reader.deliveries(filter, asked.page.clone()).await?;
    Ok(asked.answer(&api, page, |row| view::delivery(&api, row)))
}

/// `GET /api/v1/deliveries/{id}`: the delivery and its attempts.
pub(crate) async fn show(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let id = read(&id)?;
    let found = api.gateway.reader.delivery(id).await?;
    let (row, attempts) = found.ok_or_else(|| ApiError::not_found(format!("no delivery {id}")))?;
    let attempts: Vec<_> = attempts.iter().map(view::attempt).collect();
    Ok(Json(view::merged(view::delivery(&api, &row), json!({ "attempt_log": attempts }))))
}

/// `POST /api/v1/deliveries/{id}/retry`: a new generation of a dead letter.
pub(crate) async fn retry(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let id = read(&id)?;
    if api.gateway.reader.delivery(id).await?.is_none() {
        return Err(ApiError::not_found(format!("no delivery {id}")));
    }
    let made = again(&api, vec![id]).await?;
    match made.first() {
        Some(new) => Ok(Json(json!({ "retried": [{ "from": id, "to": new.1 }] }))),
        None => Err(ApiError::wrong_state("only a dead letter (rejected or exhausted) can be retried, and only once")),
    }
}

/// What to retry in bulk.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RetryMany {
    state: Option<String>,
    destination: Option<String>,
}

/// `POST /api/v1/deliveries/retry`: up to a page of dead letters, oldest first among those found.
pub(crate) async fn retry_many(State(api): State<Api>, Json(wanted): Json<RetryMany>) -> Result<Json<Value>, ApiError> {
    let filters = Filters {
        state: Some(wanted.state.unwrap_or_else(|| "dead".to_owned())),
        destination: wanted.destination,
        event: None,
    };
    let filter = meant(&api, &filters).await?;
    if !filter.states.iter().all(|state| state.is_dead()) {
        return Err(ApiError::bad_request("only dead letters can be retried: state dead, rejected or exhausted"));
    }
    let mut retried: Vec<(DeliveryId, DeliveryId)> = Vec::new();
    let mut page = PageRequest { limit: RETRY_MANY_MAX, from: None };
    loop {
        let found = api.gateway.reader.deliveries(filter.clone(), page.clone()).await?;
        // Newest first as read; made again oldest first, so that they are due in the order they were owed.
        let ids = found.rows.iter().rev().map(|row| row.id).collect();
        retried.extend(again(&api, ids).await?);
        match found.next {
            Some(from) if retried.len() < RETRY_MANY_MAX => page.from = Some(from),
            rest => {
                let retried: Vec<_> = retried.iter().map(|(from, to)| json!({ "from": from, "to": to })).collect();
                return Ok(Json(json!({ "retried": retried, "more": rest.is_some() })));
            }
        }
    }
}

/// Makes new generations; returns those that could be made.
async fn again(api: &Api, ids: Vec<DeliveryId>) -> Result<Vec<(DeliveryId, DeliveryId)>, ApiError> {
    let made = api.gateway.store.retry(ids.clone(), api.gateway.clock.now()).await?;
    api.gateway.bells.ring();
    Ok(ids.into_iter().zip(made).filter_map(|(from, to)| Some((from, to?))).collect())
}

async fn meant(api: &Api, filters: &Filters) -> Result<DeliveryFilter, ApiError> {
    let states = match filters.state.as_deref() {
        None => Vec::new(),
        Some("dead") => DeliveryState::ALL.into_iter().filter(|state| state.is_dead()).collect(),
        Some(word) => {
            let state = DeliveryState::parse(word);
            vec![state.ok_or_else(|| ApiError::bad_request(format!("no delivery state is called {word:?}")))?]
        }
    };
    let event = match filters.event.as_deref() {
        None => None,
        Some(text) => {
            let id: EventId = typed::id(text)?;
            let rows = api.gateway.reader.event(id).await?;
            let first = rows.first().ok_or_else(|| ApiError::not_found(format!("no event {id}")))?;
            Some(first.seq)
        }
    };
    Ok(DeliveryFilter { event, destination: typed::destination(api, filters.destination.as_deref())?, states })
}

fn read(id: &str) -> Result<DeliveryId, ApiError> {
    typed::id(id)
}
