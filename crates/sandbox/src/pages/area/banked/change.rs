//! Made, changed, deleted.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;

use super::{PATH, PLACE, find, view, written};
use crate::banked::webhook::Webhook;
use crate::book::Act;
use crate::pages::area::fields::{Fields, Mistakes};
use crate::pages::area::frame::{go, refuse};
use crate::pages::area::trouble::Trouble;
use crate::world::World;

/// Makes one.
pub(in crate::pages::area) async fn create(
    State(world): State<Arc<World>>,
    Form(fields): Form<Fields>,
) -> Result<Response, Trouble> {
    let (webhook, mistakes) = world.act(|act| {
        let webhook = Webhook::begin(act)?;
        write(act, &fields, webhook)
    })?;
    if mistakes.is_empty() {
        return Ok(go(&format!("{PATH}/{}", webhook.id), "created"));
    }
    Ok(refuse(&world, PLACE, "area/banked-new.html", view::form(&webhook, &mistakes)))
}

/// Changes one: all of its form.
pub(in crate::pages::area) async fn change(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, Trouble> {
    let (webhook, mistakes) = world.act(|act| {
        let webhook = find(act, &id)?;
        write(act, &fields, webhook)
    })?;
    if mistakes.is_empty() {
        return Ok(go(&format!("{PATH}/{id}"), "saved"));
    }
    Ok(refuse(&world, PLACE, "area/banked-one.html", view::form(&webhook, &mistakes)))
}

/// Deletes one. What waits for it is not sent any more.
pub(in crate::pages::area) async fn delete(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    world.act(|act| Ok::<_, Trouble>(find(act, &id)?.delete(act)?))?;
    Ok(go(PATH, "deleted"))
}

/// Keeps what the form says, unless something is wrong with it.
fn write(act: &Act<'_>, fields: &Fields, mut webhook: Webhook) -> Result<(Webhook, Mistakes), Trouble> {
    let mistakes = written::apply(act, fields, &mut webhook)?;
    if mistakes.is_empty() {
        act.keep(&webhook)?;
    }
    Ok((webhook, mistakes))
}
