//! `POST /orders`, and giving one up.

use std::time::Duration;

use axum::response::Response;
use http::StatusCode;
use payhook_domain::time::Timestamp;
use serde_json::json;

use super::call::Call;
use super::refusal::Refusal;
use super::sessions::expiry;
use crate::adyen::checkout::due::Due;
use crate::adyen::checkout::order::{Order, OrderState, give_up, open};
use crate::adyen::notice::date;

/// How long an order stays open, unless it says, and the longest it may say.
const ORDER_LASTS: Duration = Duration::from_secs(24 * 60 * 60);

/// Opens an order.
pub(super) async fn create(call: Call) -> Response {
    call.answer(|act, body| {
        let merchant_account = body.merchant_account(act)?;
        let order = Order {
            amount: body.amount()?,
            reference: body.required("reference")?.to_owned(),
            expires: expiry(act, body, ORDER_LASTS, ORDER_LASTS)?,
            psp_reference: act.chance()?.psp_reference(),
            data: act.chance()?.hex(32),
            state: OrderState::Open,
            legs: Vec::new(),
            merchant_account,
        };
        open(act, &order)?;
        let expires = Timestamp::from_micros(order.expires);
        Due::CloseOrder { order: order.psp_reference.clone() }.later(act, expires.since(act.now))?;
        let answer = json!({ "resultCode": "Success", "pspReference": order.psp_reference, "orderData": order.data,
            "reference": order.reference, "amount": order.amount, "remainingAmount": order.amount,
            "expiresAt": date(expires) });
        Ok((StatusCode::OK, answer))
    })
}

/// Gives an order up: what was paid of it goes back.
pub(super) async fn cancel(call: Call) -> Response {
    call.answer(|act, body| {
        let account = body.merchant_account(act)?;
        let named = body.inside("order")?.ok_or(Refusal::Null("order"))?;
        let found = act.find::<Order>(named.required("pspReference")?)?;
        let data = named.required("orderData")?;
        let order = found.filter(|order| order.data == data && order.merchant_account == account);
        let mut order = order.filter(|order| order.state == OrderState::Open).ok_or(Refusal::Invalid("order"))?;
        give_up(act, &mut order)?;
        let answer = json!({ "pspReference": act.chance()?.psp_reference(), "resultCode": "Received" });
        Ok((StatusCode::OK, answer))
    })
}
