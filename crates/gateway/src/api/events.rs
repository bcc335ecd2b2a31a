//! Events: search and inspect.

use axum::Json;
use axum::extract::{Path, State};
use payhook_domain::id::EventId;
use payhook_domain::verdict::Standing;
use payhook_store::{DeliveryFilter, EventFilter, PageRequest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::page::{Asked, Paging, Params};
use super::{Api, ApiError, typed, view};
use crate::config::words::nearest;

/// The filters of a list of events; all that are given must fit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Filters {
    source: Option<String>,
    kind: Option<String>,
    code: Option<String>,
    reference: Option<String>,
    standing: Option<String>,
    since: Option<String>,
    until: Option<String>,
}

impl Filters {
    /// Everything of one source, or of all.
    pub(crate) fn of_source(source: Option<String>) -> Self {
        Self { source, ..Self::default() }
    }
}

/// The same as query parameters, with paging. (Flattened structs cannot refuse unknown names.)
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Query {
    source: Option<String>,
    kind: Option<String>,
    code: Option<String>,
    reference: Option<String>,
    standing: Option<String>,
    since: Option<String>,
    until: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

impl Query {
    fn split(self) -> (Filters, Paging) {
        let Self { source, kind, code, reference, standing, since, until, limit, cursor } = self;
        (Filters { source, kind, code, reference, standing, since, until }, Paging { limit, cursor })
    }
}

/// `GET /api/v1/events`
pub(crate) async fn list(State(api): State<Api>, Params(query): Params<Query>) -> Result<Json<Value>, ApiError> {
    let (filters, paging) = query.split();
    let asked = Asked::new(&api, "events", filters, paging)?;
    let filter = meant(&api, &asked.filter)?;
    let page = api.gateway.reader.events(filter, asked.page.clone()).await?;
    Ok(asked.answer(&api, page, |row| view::event(&api, row)))
}

/// `GET /api/v1/events/{id}`: the event, its revisions, and what is owed for it.
pub(crate) async fn show(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let id: EventId = typed::id(&id)?;
    let rows = api.gateway.reader.event(id).await?;
    let Some((first, revisions)) = rows.split_first() else {
        return Err(ApiError::not_found(format!("no event {id}")));
    };
    let mut deliveries = Vec::new();
    for row in &rows {
        let filter = DeliveryFilter { event: Some(row.seq), ..DeliveryFilter::default() };
        let all = PageRequest { limit: PageRequest::LIMIT_MAX, from: None };
        deliveries.extend(api.gateway.reader.deliveries(filter, all).await?.rows);
    }
    let more = json!({
        "revisions": revisions.iter().map(|row| view::event(&api, row)).collect::<Vec<_>>(),
        "deliveries": deliveries.iter().map(|row| view::delivery(&api, row)).collect::<Vec<_>>(),
    });
    Ok(Json(view::merged(view::event(&api, first), more)))
}

/// Reads the filters' texts.
pub(crate) fn meant(api: &Api, filters: &Filters) -> Result<EventFilter, ApiError> {
    let kind = filters.kind.as_deref().map(|word| nearest::kind(word).map_err(ApiError::bad_request));
    let standing = filters.standing.as_deref().map(|word| {
        Standing::parse(word).ok_or_else(|| ApiError::bad_request(format!("no standing is called {word:?}")))
    });
    Ok(EventFilter {
        source: typed::source(api, filters.source.as_deref())?,
        kind: kind.transpose()?,
        code: filters.code.clone(),
        reference: filters.reference.clone(),
        standing: standing.transpose()?,
        since: typed::time("since", filters.since.as_deref())?,
        until: typed::time("until", filters.until.as_deref())?,
        after: None,
    })
}
