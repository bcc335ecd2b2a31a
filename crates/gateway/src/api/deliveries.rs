//! Deliveries: what is owed, what failed, and making it again.

use axum::Json;
use axum::extract::{Path, State};
use payhook_domain::delivery::State as DeliveryState;
use payhook_domain::id::{DeliveryId, EventId, EventSeq, NameId};
use payhook_store::{DeliveryFilter, EventFilter, PageRequest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::page::{Asked, Paging, Params};
use super::{Api, ApiError, typed, view};

/// Dead letters after which a call answers, and most that are made again in one transaction.
const RETRY_MANY_MAX: usize = PageRequest::LIMIT_MAX;

/// Events whose dead letters are gathered at a time, so that they can be made again oldest first.
const RETRY_SPAN: i64 = 2_000;

/// Most spans one call looks through; the caller comes again for more.
const RETRY_SPANS_MAX: usize = 100;

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
        None => Err(ApiError::wrong_state(
            "only a dead letter (rejected or exhausted) can be retried, and only once; a replay of it counts as one",
        )),
    }
}

/// `POST /api/v1/deliveries/{id}/pass`: what waits behind a dead letter of the same payment goes on without it.
pub(crate) async fn pass(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let id = read(&id)?;
    if api.gateway.reader.delivery(id).await?.is_none() {
        return Err(ApiError::not_found(format!("no delivery {id}")));
    }
    if !api.gateway.store.pass(id, api.gateway.clock.now()).await? {
        return Err(ApiError::wrong_state(format!("nothing waits behind {id}")));
    }
    api.gateway.bells.ring();
    Ok(Json(json!({ "passed": id })))
}

/// What to retry in bulk.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RetryMany {
    state: Option<String>,
    destination: Option<String>,
    /// Goes on behind this event's row: the `next` of the call before.
    after: i64,
}

/// `POST /api/v1/deliveries/retry`: a part of the dead letters, oldest event first over all calls, and where to go on.
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
    let newest = api.gateway.reader.events(EventFilter::default(), PageRequest { limit: 1, from: None }).await?;
    let last = newest.rows.first().map_or(0, |row| row.seq.0);
    let mut retried: Vec<(DeliveryId, DeliveryId)> = Vec::new();
    let mut at = wanted.after.max(0);
    for _ in 0..RETRY_SPANS_MAX {
        if at >= last || retried.len() >= RETRY_MANY_MAX {
            break;
        }
        let end = at.saturating_add(RETRY_SPAN).min(last);
        let ids = within(&api, &filter, at, end).await?;
        for ids in ids.chunks(RETRY_MANY_MAX) {
            retried.extend(again(&api, ids.to_vec()).await?);
        }
        at = end;
    }
    let next = (at < last).then_some(at);
    let retried: Vec<_> = retried.iter().map(|(from, to)| json!({ "from": from, "to": to })).collect();
    Ok(Json(json!({ "retried": retried, "more": next.is_some(), "next": next, "last": last })))
}

/// The deliveries that fit of the events behind `after` up to `end`, oldest first. Lists are read newest first, so it is
/// read back from the end of the span, which bounds what is held.
async fn within(api: &Api, filter: &DeliveryFilter, after: i64, end: i64) -> Result<Vec<DeliveryId>, ApiError> {
    let newest = DeliveryId { event: EventSeq(end), destination: NameId(u16::MAX), generation: u32::MAX };
    let mut page = PageRequest { limit: RETRY_MANY_MAX, from: Some(newest.to_string()) };
    let mut ids = Vec::new();
    loop {
        let found = api.gateway.reader.deliveries(filter.clone(), page.clone()).await?;
        let past = found.rows.iter().any(|row| row.id.event.0 <= after);
        ids.extend(found.rows.iter().map(|row| row.id).filter(|id| id.event.0 > after));
        let next: Option<DeliveryId> = found.next.as_ref().and_then(|next| next.parse().ok());
        if past || next.is_none_or(|next| next.event.0 <= after) {
            ids.sort_unstable();
            return Ok(ids);
        }
        page.from = found.next;
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
