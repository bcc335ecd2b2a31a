//! All paths.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{get, post};

use super::modifications::{by_payment, by_reference};
use super::refusal::Refusal;
use super::{details, links, methods, orders, payments, reports as files, sessions};
use crate::adyen::checkout::payment::ChangeKind;
use crate::http::{Nowhere, text_alone};
use crate::world::World;

/// `/adyen/checkout/v71`.
pub(in crate::adyen::checkout) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/sessions", post(sessions::create))
        .route("/sessions/{id}", get(sessions::show))
        .route("/paymentMethods", post(methods::list))
        .route("/payments", post(payments::create))
        .route("/payments/details", post(details::create))
        .route("/payments/{payment}/captures", post(by_payment(ChangeKind::Capture)))
        .route("/payments/{payment}/cancels", post(by_payment(ChangeKind::Cancel)))
        .route("/payments/{payment}/refunds", post(by_payment(ChangeKind::Refund)))
        .route("/payments/{payment}/reversals", post(by_payment(ChangeKind::Reversal)))
        .route("/payments/{payment}/amountUpdates", post(by_payment(ChangeKind::Adjustment)))
        .route("/cancels", post(by_reference))
        .route("/paymentLinks", post(links::create))
        .route("/paymentLinks/{id}", get(links::show).patch(links::change))
        .route("/orders", post(orders::create))
        .route("/orders/cancel", post(orders::cancel))
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::Method)
        .layer(from_fn_with_state(NOWHERE, text_alone))
}

const NOWHERE: Nowhere = || Refusal::NotFound.into_response();

/// `/reports`.
pub(in crate::adyen::checkout) fn reports() -> Router<Arc<World>> {
    Router::new()
        .route("/download/MerchantAccount/{account}/{file}", get(files::download))
        .layer(from_fn_with_state(NOWHERE, text_alone))
}
