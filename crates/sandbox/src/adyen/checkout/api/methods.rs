//! `POST /paymentMethods`: what a shopper may pay by, for the merchant's own page.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::call::Call;
use crate::adyen::checkout::acquirer::KNOWN;
use crate::adyen::checkout::pay::REDIRECTS;

/// Says them: cards, and every method with a page of its own.
pub(super) async fn list(call: Call) -> Response {
    call.answer(|act, body| {
        body.merchant_account(act)?;
        let mut brands: Vec<&str> = KNOWN.iter().map(|card| card.brand).collect();
        brands.sort_unstable();
        brands.dedup();
        let cards = json!({ "type": "scheme", "name": "Cards", "brands": brands });
        let others = REDIRECTS.iter().map(|method| json!({ "type": method, "name": method }));
        let methods: Vec<Value> = std::iter::once(cards).chain(others).collect();
        Ok((StatusCode::OK, json!({ "paymentMethods": methods })))
    })
}
