//! A payment at Banked: how far it has come, its refunds, what was told of it, and what the bank may do now.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::value::Serde;
use minijinja::{Value, context};

use super::PLACE;
use super::told::told;
use crate::banked::bank;
use crate::banked::refund::{Refund, RefundState};
use crate::banked::session::{Session, State as Standing};
use crate::book::{Act, BookError};
use crate::pages::area::frame::{self, Done, go};
use crate::pages::area::trouble::Trouble;
use crate::world::World;

/// Why a payment fails that a person lets fail: the payer's bank was told not to pay, in the words of ISO 20022.
const REASON: &str = "MD16";

/// What a bank can do: its word, what the button says, where it leads.
const VERBS: [(&str, &str, Standing); 4] = [
    ("initiate", "Take the request", Standing::Initiated),
    ("pend", "Hand it to the scheme", Standing::Pending),
    ("send", "Send the money", Standing::Sent),
    ("fail", "Do not authorise it", Standing::Failed),
];

/// `/area/payments/banked/{id}`.
pub(in crate::pages::area) async fn show(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Trouble> {
    let (session, refunds, told) = world.act(|act| {
        let session = act.find::<Session>(&id)?.ok_or(Trouble::Missing("There is no such payment at Banked’s side"))?;
        Ok::<_, Trouble>((session, act.all_of::<Refund>(&id)?, told(act, &id)?))
    })?;
    let verbs = VERBS.into_iter().filter(|(.., next)| session.state.may_become(*next));
    let verbs = verbs.map(|(word, label, next)| context! { word, label, danger => next == Standing::Failed });
    let values = context! {
        payment => view(&session), told, verbs => verbs.collect::<Vec<_>>(),
        refunds => refunds.iter().rev().map(refund_view).collect::<Vec<_>>(),
    };
    Ok(frame::show(&world, PLACE, "area/payment-banked.html", &done, values))
}

/// `/area/payments/banked/{id}/{verb}`: lets it happen.
pub(in crate::pages::area) async fn happen(
    State(world): State<Arc<World>>,
    Path((id, verb)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let happened = world.act(|act| match verb.as_str() {
        "initiate" => bank::initiate(act, &id),
        "pend" => bank::pend(act, &id),
        "send" => bank::send(act, &id),
        "fail" => bank::fail(act, &id, REASON),
        _ => Ok(false),
    })?;
    Ok(led_back(&id, happened))
}

/// `/area/payments/banked/{id}/refunds/{refund}/{end}`: lets a refund end.
pub(in crate::pages::area) async fn refund(
    State(world): State<Arc<World>>,
    Path((id, refund, end)): Path<(String, String, String)>,
) -> Result<Response, Trouble> {
    let happened = world.act(|act| end_refund(act, &refund, &end))?;
    Ok(led_back(&id, happened))
}

fn end_refund(act: &Act<'_>, refund: &str, end: &str) -> Result<bool, BookError> {
    match end {
        "sent" => bank::refund_sent(act, refund),
        "failed" => bank::refund_failed(act, refund),
        _ => Ok(false),
    }
}

fn led_back(id: &str, happened: bool) -> Response {
    go(&format!("/area/payments/banked/{id}"), if happened { "happened" } else { "too-late" })
}

fn view(session: &Session) -> Value {
    context! {
        id => &session.id, reference => &session.reference, amount => session.formatted(), state => Serde(session.state),
        made => &session.created_at, sent => &session.sent_at, failure => &session.failure, bank => &session.bank,
        payee => &session.payee.name, end_to_end_id => &session.end_to_end_id,
        page => session.state.awaits().then_some(&session.url),
    }
}

fn refund_view(refund: &Refund) -> Value {
    context! {
        id => &refund.id, reference => &refund.reference, amount => refund.formatted(), state => Serde(refund.state),
        open => refund.state == RefundState::AwaitingPayment, made => refund.created,
    }
}
