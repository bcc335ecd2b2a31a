//! The paths of the customer area.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::{accounts, adyen, banked, home, log, message, payments, scenarios};
use crate::http::guard;
use crate::world::World;

/// `/` and `/area`.
pub(in crate::pages) fn router(world: Arc<World>) -> Router<Arc<World>> {
    Router::new()
        .route("/", get(home::show))
        .route("/area/payments", get(payments::list))
        .route("/area/payments/adyen/{id}", get(payments::adyen))
        .route("/area/payments/adyen/{id}/{verb}", post(payments::adyen_happen))
        .route("/area/payments/banked/{id}", get(payments::banked))
        .route("/area/payments/banked/{id}/{verb}", post(payments::banked_happen))
        .route("/area/payments/banked/{id}/refunds/{refund}/{end}", post(payments::banked_refund))
        .route("/area/accounts", get(accounts::show))
        .route("/area/accounts/{name}", post(accounts::change))
        .route("/area/adyen/webhooks", get(adyen::list).post(adyen::create))
        .route("/area/adyen/webhooks/new", get(adyen::begin))
        .route("/area/adyen/webhooks/{id}", get(adyen::show).post(adyen::change))
        .route("/area/adyen/webhooks/{id}/key", post(adyen::generate))
        .route("/area/adyen/webhooks/{id}/key/{ticket}", get(adyen::reveal))
        .route("/area/adyen/webhooks/{id}/test", post(adyen::test))
        .route("/area/adyen/webhooks/{id}/delete", post(adyen::delete))
        .route("/area/banked/webhooks", get(banked::list).post(banked::create))
        .route("/area/banked/webhooks/new", get(banked::begin))
        .route("/area/banked/webhooks/{id}", get(banked::show).post(banked::change))
        .route("/area/banked/webhooks/{id}/test", post(banked::test))
        .route("/area/banked/webhooks/{id}/delete", post(banked::delete))
        .route("/area/scenarios", get(scenarios::list).post(scenarios::begin))
        .route("/area/scenarios/{id}", get(scenarios::show))
        .route("/area/log", get(log::list))
        .route("/area/log/{id}", get(message::show))
        .route("/area/log/{id}/retry", post(message::retry))
        .route("/area/log/{id}/ignore", post(message::ignore))
        .layer(from_fn_with_state(world, guard))
}
