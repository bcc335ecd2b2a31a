//! List, create, show, change, delete.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;

use super::page::Page;
use super::refusal::Refusal;
use super::scope::{Level, Scope};
use super::shown::{path, shown};
use super::written::Written;
use crate::adyen::webhook::Webhook;
use crate::world::World;

/// Webhooks of one account; Adyen names no number, and more would help nobody.
const WEBHOOKS_MAX: usize = 100;

/// Those of an account; a merchant account without any has no content.
pub(super) async fn list(State(world): State<Arc<World>>, scope: Scope, page: Page) -> Result<Response, Refusal> {
    world.act(|act| {
        let all = act.all_of::<Webhook>(&scope.account)?;
        if all.is_empty() && scope.level == Level::Merchant {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        let mut list = page.of(&all, &act.address(&path(&scope, None)), |webhook| shown(act, &scope, webhook));
        list["accountReference"] = scope.account.as_str().into();
        Ok(Json(list).into_response())
    })
}

/// Makes one.
pub(super) async fn create(State(world): State<Arc<World>>, scope: Scope, body: Bytes) -> Result<Response, Refusal> {
    world.act(|act| {
        let written = Written::new_one(&body, &scope, act.accounts())?;
        if act.all_of::<Webhook>(&scope.account)?.len() >= WEBHOOKS_MAX {
            let why = format!("{} has {WEBHOOKS_MAX} webhooks, and no more can be made; delete some", scope.account);
            return Err(Refusal::field("url", "", why));
        }
        let mut webhook = Webhook::begin(act, &scope.account)?;
        written.apply(&mut webhook);
        act.keep(&webhook)?;
        Ok(Json(shown(act, &scope, &webhook)).into_response())
    })
}

/// Shows one.
pub(super) async fn show(State(world): State<Arc<World>>, scope: Scope) -> Result<Response, Refusal> {
    world.act(|act| Ok(Json(shown(act, &scope, &scope.webhook(act)?)).into_response()))
}

/// Changes one: what is given, and nothing else.
pub(super) async fn change(State(world): State<Arc<World>>, scope: Scope, body: Bytes) -> Result<Response, Refusal> {
    world.act(|act| {
        let mut webhook = scope.webhook(act)?;
        Written::change(&body, &scope, act.accounts())?.apply(&mut webhook);
        act.keep(&webhook)?;
        Ok(Json(shown(act, &scope, &webhook)).into_response())
    })
}

/// Deletes one. What waits for it is not sent any more.
pub(super) async fn delete(State(world): State<Arc<World>>, scope: Scope) -> Result<Response, Refusal> {
    world.act(|act| {
        let webhook = scope.webhook(act)?;
        act.remove::<Webhook>(&webhook.id)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}
