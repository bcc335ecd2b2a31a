//! Destinations: how each is configured and how it stands; pause, resume, and a test of the way there.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use payhook_store::{NameKind, Tallies};
use serde_json::{Value, json};

use super::{Api, ApiError, view};
use crate::dispatch::gate::Standing;
use crate::dispatch::{pause, trial};
use crate::plan::Target;

/// `GET /api/v1/destinations`
pub(crate) async fn list(State(api): State<Api>) -> Result<Json<Value>, ApiError> {
    let plan = api.gateway.plan.load_full();
    let tallies = api.gateway.reader.tallies().await?;
    let mut rows = Vec::with_capacity(plan.destinations.len());
    for target in &plan.destinations {
        rows.push(shown(&api, target, &tallies).await?);
    }
    Ok(Json(json!({ "data": rows, "next_cursor": null })))
}

/// `GET /api/v1/destinations/{name}`
pub(crate) async fn show(State(api): State<Api>, Path(name): Path<String>) -> Result<Json<Value>, ApiError> {
    let target = find(&api, &name)?;
    let tallies = api.gateway.reader.tallies().await?;
    Ok(Json(shown(&api, &target, &tallies).await?))
}

/// `POST /api/v1/destinations/{name}/pause`
pub(crate) async fn pause(State(api): State<Api>, Path(name): Path<String>) -> Result<Json<Value>, ApiError> {
    let target = find(&api, &name)?;
    let gate = api.gateway.gates.of(&target, api.gateway.clock.now());
    let changed = pause::pause(&api.gateway, &gate).await?;
    Ok(Json(json!({ "destination": name, "state": "paused", "changed": changed })))
}

/// `POST /api/v1/destinations/{name}/resume`: ends a pause, and the rest of an open breaker.
pub(crate) async fn resume(State(api): State<Api>, Path(name): Path<String>) -> Result<Json<Value>, ApiError> {
    let target = find(&api, &name)?;
    let gate = api.gateway.gates.of(&target, api.gateway.clock.now());
    let changed = pause::resume(&api.gateway, &gate).await?;
    let state = state(gate.standing());
    Ok(Json(json!({ "destination": name, "state": state, "changed": changed })))
}

/// `POST /api/v1/destinations/{name}/test`: one marked test event, now, whatever the destination's state.
pub(crate) async fn test(State(api): State<Api>, Path(name): Path<String>) -> Result<Json<Value>, ApiError> {
    let target = find(&api, &name)?;
    let trial = trial::send(&api.gateway, &target).await;
    let took = trial.over_at.since(trial.sent_at);
    Ok(Json(json!({
        "destination": name,
        "event": trial.event,
        "type": trial::KIND,
        "outcome": trial.report.outcome.as_str(),
        "status": trial.report.status,
        "error": trial.report.error,
        "excerpt": trial.report.excerpt,
        "took_us": u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        "timings_us": view::timings(trial.report.timings),
    })))
}

fn find(api: &Api, name: &str) -> Result<Arc<Target>, ApiError> {
    let plan = api.gateway.plan.load();
    let found = plan.destinations.iter().find(|target| target.settings.name == name);
    found.cloned().ok_or_else(|| ApiError::not_found(plan.nobody(NameKind::Destination, name)))
}

async fn shown(api: &Api, target: &Target, tallies: &Tallies) -> Result<Value, ApiError> {
    let settings = &target.settings;
    let standing = api.gateway.gates.of(target, api.gateway.clock.now()).standing();
    let count = |state: &'static str| tallies.deliveries.get(&(target.id, state)).copied().unwrap_or(0);
    let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let oldest_pending =
        if count("pending") > 0 { api.gateway.reader.oldest_pending(vec![target.id]).await? } else { None };
    Ok(json!({
        "name": settings.name,
        "type": "http",
        "url": settings.shown_url(),
        "format": settings.format.as_str(),
        "order": settings.order.as_str(),
        "on_dead": settings.on_dead.as_str(),
        "concurrency": settings.concurrency,
        "timeout_ms": millis(settings.timeout),
        "tries": settings.retry.tries(),
        "rate": settings.rate.map(|rate| json!({ "count": rate.count, "per_ms": millis(rate.per) })),
        "breaker": settings.breaker.map(|breaker| json!({
            "failures": breaker.failures,
            "rest_ms": millis(breaker.rest),
            "rest_max_ms": millis(breaker.rest_max),
        })),
        "state": state(standing),
        "paused_since": standing.paused_since,
        "down_since": standing.resting.map(|(since, _)| since),
        "resting_until": standing.resting.map(|(_, until)| until),
        "failures": standing.failures,
        "pending": count("pending"),
        "blocked": count("blocked"),
        "held": count("held"),
        "delivered": count("delivered"),
        "dead": count("rejected") + count("exhausted"),
        "oldest_pending": oldest_pending,
    }))
}

/// `running`, `paused` or `resting`.
fn state(standing: Standing) -> &'static str {
    match standing {
        Standing { paused_since: Some(_), .. } => "paused",
        Standing { resting: Some(_), .. } => "resting",
        _ => "running",
    }
}
