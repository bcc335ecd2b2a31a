//! Payments: what is believed about each, the events that say so, and refolding one.

use axum::Json;
use axum::extract::{Path, State};
use payhook_domain::id::PaymentId;
use payhook_domain::payment::{Payment, Status};
use payhook_store::{NameKind, PaymentFilter, PaymentRow, Rebuilt};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::page::{Asked, Paging, Params};
use super::{Api, ApiError, typed, view};

/// Most rows of events shown with one payment.
const EVENTS_MAX: usize = 1_000;

/// The filters of a list of payments; all that are given must fit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Filters {
    reference: Option<String>,
    status: Option<String>,
    since: Option<String>,
    until: Option<String>,
}

/// The same as query parameters, with paging.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Query {
    reference: Option<String>,
    status: Option<String>,
    since: Option<String>,
    until: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// `GET /api/v1/payments`
pub(crate) async fn list(State(api): State<Api>, Params(query): Params<Query>) -> Result<Json<Value>, ApiError> {
    let Query { reference, status, since, until, limit, cursor } = query;
    let filters = Filters { reference, status, since, until };
    let asked = Asked::new(&api, "payments", filters, Paging { limit, cursor })?;
    let page = api.gateway.reader.payments(meant(&asked.filter)?, asked.page.clone()).await?;
    Ok(asked.answer(&api, page, |row| summary(&api, row)))
}

/// `GET /api/v1/payments/{id}`: everything that is believed, and the events that say so, in the order of commits.
pub(crate) async fn show(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let id: PaymentId = typed::id(&id)?;
    let payment = api.gateway.reader.payment(id).await?;
    let payment = payment.ok_or_else(|| ApiError::not_found(format!("no payment {id}")))?;
    let mut rows = Vec::new();
    for (event, _) in payment.facts.iter().take(EVENTS_MAX) {
        rows.extend(api.gateway.reader.event(payhook_domain::id::EventId(*event)).await?);
    }
    rows.sort_by_key(|row| row.seq);
    let events: Vec<Value> = rows.iter().map(|row| view::event(&api, row)).collect();
    Ok(Json(view::merged(whole(&api, &payment), json!({ "events": events }))))
}

/// `POST /api/v1/payments/{id}/rebuild`: folds the payment anew from its stored events and keeps the result.
pub(crate) async fn rebuild(State(api): State<Api>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let id: PaymentId = typed::id(&id)?;
    let rebuilt = api.gateway.store.rebuild(id).await?;
    let Rebuilt { changed, before, after } = rebuilt.ok_or_else(|| ApiError::not_found(format!("no payment {id}")))?;
    Ok(Json(json!({ "id": id, "changed": changed, "before": before.fold(), "after": after.fold() })))
}

fn meant(filters: &Filters) -> Result<PaymentFilter, ApiError> {
    let status = filters.status.as_deref().map(|word| {
        Status::parse(word).ok_or_else(|| ApiError::bad_request(format!("no payment status is called {word:?}")))
    });
    Ok(PaymentFilter {
        reference: filters.reference.clone(),
        status: status.transpose()?,
        since: typed::time("since", filters.since.as_deref())?,
        until: typed::time("until", filters.until.as_deref())?,
    })
}

/// A payment in a list: where it stands and its sums in its own currency.
fn summary(api: &Api, row: &PaymentRow) -> Value {
    let payment = row.facts.fold();
    let main = payment.main();
    view::merged(
        named(api, row, &payment),
        json!({
            "currency": payment.currency,
            "decimals": decimals(row, &payment),
            "authorised": main.authorised,
            "captured": main.captured,
            "refunded": main.refunded,
            "disputed": main.disputed,
            "flags": payment.flags.iter().map(|flagged| json!(flagged.flag)).collect::<Vec<_>>(),
        }),
    )
}

/// How many digits of its sums stand behind the point, by the word of its provider.
fn decimals(row: &PaymentRow, payment: &Payment) -> Option<u8> {
    let amounts = row.facts.iter().filter_map(|(_, fact)| fact.amount);
    amounts.into_iter().find(|amount| Some(amount.currency) == payment.currency).map(|amount| amount.decimals)
}

/// A payment as a whole.
fn whole(api: &Api, row: &PaymentRow) -> Value {
    let payment = row.facts.fold();
    view::merged(named(api, row, &payment), json!(payment))
}

fn named(api: &Api, row: &PaymentRow, payment: &Payment) -> Value {
    json!({
        "id": row.id,
        "version": row.version,
        "status": payment.status,
        "provider": api.gateway.names.name(NameKind::Provider, row.provider),
        "account": row.account,
        "provider_reference": row.provider_reference,
        "reference": row.reference,
        "updated_at": row.updated_at,
    })
}
