//! How the gateway is, in figures: for Prometheus, and for people.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use payhook_store::NameKind;
use serde_json::{Value, json};

use super::{Api, ApiError, view};
use crate::reload::{orphans, outcome};
use crate::telemetry::metrics::Standings;

/// `GET /metrics`
pub(crate) async fn metrics(State(api): State<Api>) -> Result<impl IntoResponse, ApiError> {
    let gateway = &api.gateway;
    let tallies = orphans::tallies(gateway).await?;
    gateway.metrics.free(&gateway.reader.extent().await?);
    let plan = gateway.plan.load_full();
    let now = gateway.clock.now();
    let rests = |target| gateway.gates.of(target, now).standing().resting.is_some();
    let breakers = plan.destinations.iter().map(|target| (target.settings.name.as_str(), rests(target))).collect();
    let key_sets = plan.sources.iter().filter_map(|source| {
        let set = source.published.as_ref()?;
        let standing = set.standing(gateway.clock.as_ref());
        Some((set.url().as_str(), [standing.keys as u64, standing.fetched, standing.failed]))
    });
    let certificate = gateway.tls.load_full().map(|tls| {
        let standing = tls.standing();
        (standing.validity.map(|validity| validity.last), standing.in_vain.is_some())
    });
    let standings = Standings { breakers, key_sets: key_sets.collect(), certificate };
    let name_of = |id| gateway.names.name(NameKind::Destination, id);
    let text = gateway.metrics.render(&tallies, &gateway.store.health(), &standings, now.as_micros(), name_of);
    Ok(([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text))
}

/// `GET /api/v1/status`: exact counts from the store, and which configuration runs.
pub(crate) async fn status(State(api): State<Api>) -> Result<Json<Value>, ApiError> {
    let gateway = &api.gateway;
    let tallies = orphans::tallies(gateway).await?;
    let health = gateway.store.health();
    let deliveries: Vec<Value> = tallies
        .deliveries
        .iter()
        .map(|((destination, state), count)| {
            let destination = gateway.names.name(NameKind::Destination, *destination);
            json!({ "destination": destination, "state": state, "count": count })
        })
        .collect();
    let plan = gateway.plan.load_full();
    let file = view::extent(gateway.reader.extent().await?);
    Ok(Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "config": outcome::shown(plan.digest),
        "reload": gateway.reloads.last(),
        "orphaned": orphans::all(&plan, &tallies, &gateway.names),
        "now": gateway.clock.now(),
        "notifications": tallies.notifications,
        "events": tallies.events,
        "duplicates": tallies.duplicates,
        "deliveries": deliveries,
        "quarantined": tallies.quarantined,
        "oldest_pending": tallies.oldest_pending,
        "retention": { "waits_for_a_person": gateway.retention.waits() },
        "store": {
            "failing": health.failing,
            "below_reserve": health.below_reserve,
            "disk_free_bytes": health.disk_free,
            "file_bytes": health.file_bytes,
            "file": file,
            "wal_bytes": health.wal_bytes,
            "queue": health.queue,
        },
    })))
}
