//! `/refunds`: what was sent goes back, in one piece or several.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use payhook_domain::time::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::answer::answer;
use super::ask::Ask;
use super::fields::{self, Fields};
use super::order;
use super::reply::{Refusal, Reply};
use crate::banked::date;
use crate::banked::merchant::{self, Asked, Wish};
use crate::banked::refund::Refund;
use crate::world::World;

pub(super) async fn create(State(world): State<Arc<World>>, ask: Ask) -> Response {
    answer(&world, &ask, |act| {
        let wish = read(&fields::object(&ask.body)?)?;
        match merchant::ask_refund(act, wish)? {
            Asked::Accepted(refund) => Ok(Reply::of(StatusCode::CREATED, &view(&refund))?),
            Asked::Unknown => Err(Refusal::not_found("payment session").into()),
            Asked::NotSent => {
                Err(Refusal::conflict("only what was sent can be refunded; wait for payment_sent").into())
            }
            Asked::TooMuch(left) => {
                let message = format!("is more than the {left} that were not refunded yet");
                Err(Refusal::wrong("amount", message).into())
            }
        }
    })
}

pub(super) async fn show(State(world): State<Arc<World>>, ask: Ask) -> Response {
    answer(&world, &ask, |act| {
        let refund = act.find::<Refund>(ask.id())?.ok_or_else(|| Refusal::not_found("refund"))?;
        Ok(Reply::of(StatusCode::OK, &view(&refund))?)
    })
}

fn read(object: &Map<String, Value>) -> Result<Wish, Refusal> {
    let mut fields = Fields::of(object);
    let wish = Wish {
        session: fields.text("payment_session_id"),
        amount: fields.number("amount", order::AMOUNT_MAX),
        reference: order::reference(&mut fields),
        success_url: fields.web_address("success_url"),
        error_url: fields.web_address("error_url"),
        payee: fields.inside("payee", order::party),
    };
    fields.done(wish)
}

fn view(refund: &Refund) -> impl Serialize {
    json!({
        "id": refund.id,
        "amount": refund.amount,
        "amount_formatted": refund.formatted(),
        "currency": refund.currency,
        "payment_session_id": refund.payment_session_id,
        "refund_payment_session_id": null,
        "reference": refund.reference,
        "success_url": refund.success_url,
        "error_url": refund.error_url,
        "payee": refund.payee,
        "state": refund.state,
        "created_at": date::v2(Timestamp::from_micros(refund.created)),
    })
}
