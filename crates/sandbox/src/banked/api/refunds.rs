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
use super::reply::{Halt, Refusal, Reply};
use crate::banked::date;
use crate::banked::refund::{Refund, Wish, refunded};
use crate::banked::session::{self, Session};
use crate::book::Act;
use crate::world::World;

pub(super) async fn create(State(world): State<Arc<World>>, ask: Ask) -> Response {
    answer(&world, &ask, |act| {
        let wish = read(&fields::object(&ask.body)?)?;
        let session = refundable(act, &wish)?;
        let refund = wish.grant(act, &session)?;
        Ok(Reply::of(StatusCode::CREATED, &view(&refund))?)
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

/// The session, if that much of it can go back.
fn refundable(act: &Act<'_>, wish: &Wish) -> Result<Session, Halt> {
    let session = act.find::<Session>(&wish.session)?.ok_or_else(|| Refusal::not_found("payment session"))?;
    if session.state != session::State::Sent {
        return Err(Refusal::conflict("only a payment that was sent can be refunded; wait for payment_sent").into());
    }
    let left = session.amount - refunded(act, &session.id)?;
    if wish.amount > left {
        let message = format!("is more than the {left} that were not refunded yet");
        return Err(Refusal::wrong("amount", message).into());
    }
    Ok(session)
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
