//! Every address of the admin listener, and who may knock there.

use axum::Router;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{get, post};
use payhook_domain::error::Code;

use super::{
    Api, ApiError, aside, auth, backups, conflicts, deliveries, destinations, doctor, error, events, notifications,
    payments, probes, prune, quarantine, replays, routes, setup, status, stream, timing,
};

/// Every address of the admin listener.
pub(crate) fn router(api: Api) -> Router {
    let guarded = Router::new()
        .route("/metrics", get(status::metrics))
        .route("/api/v1/events", get(events::list))
        .route("/api/v1/events/stream", get(stream::follow))
        .route("/api/v1/events/{id}", get(events::show))
        .route("/api/v1/notifications/{id}", get(notifications::show))
        .route("/api/v1/deliveries", get(deliveries::list))
        .route("/api/v1/deliveries/retry", post(deliveries::retry_many))
        .route("/api/v1/deliveries/{id}", get(deliveries::show))
        .route("/api/v1/deliveries/{id}/retry", post(deliveries::retry))
        .route("/api/v1/payments", get(payments::list))
        .route("/api/v1/payments/{id}", get(payments::show))
        .route("/api/v1/payments/{id}/rebuild", post(payments::rebuild))
        .route("/api/v1/deliveries/{id}/pass", post(deliveries::pass))
        .route("/api/v1/quarantine", get(quarantine::list))
        .route("/api/v1/quarantine/{id}", get(quarantine::show))
        .route("/api/v1/quarantine/{id}/release", post(quarantine::release))
        .route("/api/v1/aside", get(aside::list))
        .route("/api/v1/aside/{id}", get(aside::show))
        .route("/api/v1/aside/{id}/release", post(aside::release))
        .route("/api/v1/conflicts", get(conflicts::list))
        .route("/api/v1/conflicts/{id}", get(conflicts::show))
        .route("/api/v1/conflicts/{id}/accept", post(conflicts::accept))
        .route("/api/v1/conflicts/{id}/reject", post(conflicts::reject))
        .route("/api/v1/sources", get(setup::sources))
        .route("/api/v1/destinations", get(destinations::list))
        .route("/api/v1/destinations/{name}", get(destinations::show))
        .route("/api/v1/destinations/{name}/pause", post(destinations::pause))
        .route("/api/v1/destinations/{name}/resume", post(destinations::resume))
        .route("/api/v1/destinations/{name}/test", post(destinations::test))
        .route("/api/v1/replays", get(replays::list).post(replays::begin))
        .route("/api/v1/replays/{id}", get(replays::show))
        .route("/api/v1/replays/{id}/cancel", post(replays::cancel))
        .route("/api/v1/prune", post(prune::prune))
        .route("/api/v1/backups", get(backups::list).post(backups::begin))
        .route("/api/v1/backups/{id}", get(backups::show))
        .route("/api/v1/backups/{id}/cancel", post(backups::cancel))
        .route("/api/v1/routes", get(routes::list))
        .route("/api/v1/routes/test", post(routes::test))
        .route("/api/v1/keys", get(setup::keys))
        .route("/api/v1/status", get(status::status))
        .route("/api/v1/doctor", get(doctor::show))
        .layer(from_fn_with_state(api.clone(), timing::take))
        .layer(from_fn_with_state(api.clone(), auth::ask));
    Router::new()
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz))
        .merge(guarded)
        .fallback(async || ApiError::not_found("nothing answers at this address"))
        .method_not_allowed_fallback(async || ApiError::of(Code::MethodNotAllowed))
        .layer(map_response(error::in_our_words))
        .with_state(api)
}
