//! `/payment_sessions`: created, shown, listed, deleted while nothing was asked of a bank.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::answer::answer;
use super::ask::Ask;
use super::reply::{Halt, Refusal, Reply};
use super::{fields, order};
use crate::banked::gone::Gone;
use crate::banked::merchant;
use crate::banked::notice::View;
use crate::banked::session::Session;
use crate::book::Act;
use crate::world::World;

/// How many sessions are listed: the newest.
const LISTED_MAX: u32 = 100;

pub(super) async fn create(State(world): State<Arc<World>>, ask: Ask) -> Response {
    answer(&world, &ask, |act| {
        let session = merchant::ask_payment(act, order::read(&fields::object(&ask.body)?)?)?;
        Ok(Reply::of(StatusCode::CREATED, &View::of(&session))?)
    })
}

pub(super) async fn show(State(world): State<Arc<World>>, ask: Ask) -> Response {
    answer(&world, &ask, |act| Ok(Reply::of(StatusCode::OK, &View::of(&find(act, ask.id())?))?))
}

pub(super) async fn list(State(world): State<Arc<World>>, ask: Ask) -> Response {
    answer(&world, &ask, |act| {
        let sessions = act.newest::<Session>(LISTED_MAX)?;
        Ok(Reply::of(StatusCode::OK, &sessions.iter().map(View::of).collect::<Vec<_>>())?)
    })
}

pub(super) async fn delete(State(world): State<Arc<World>>, ask: Ask) -> Response {
    answer(&world, &ask, |act| {
        if act.find::<Gone>(ask.id())?.is_some() {
            return Ok(Reply::nothing());
        }
        if !find(act, ask.id())?.state.awaits() {
            return Err(Refusal::conflict("a bank has this payment already; refund it instead").into());
        }
        act.remove::<Session>(ask.id())?;
        act.keep(&Gone { id: ask.id().to_owned() })?;
        Ok(Reply::nothing())
    })
}

fn find(act: &Act<'_>, id: &str) -> Result<Session, Halt> {
    Ok(act.find::<Session>(id)?.ok_or_else(|| Refusal::not_found("payment session"))?)
}
