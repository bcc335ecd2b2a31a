//! Made, changed, deleted.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;

use super::{PATH, PLACE, find, view, written};
use crate::adyen::webhook::Webhook;
use crate::pages::area::fields::{Fields, Mistakes};
use crate::pages::area::frame::{go, refuse};
use crate::pages::area::trouble::Trouble;
use crate::world::World;

/// Webhooks of one account; more would help nobody.
const WEBHOOKS_MAX: usize = 100;

/// Makes one.
pub(in crate::pages::area) async fn create(
    State(world): State<Arc<World>>,
    Form(fields): Form<Fields>,
) -> Result<Response, Trouble> {
    let (webhook, mistakes) = world.act(|act| {
        let mut webhook = Webhook::begin(act, &written::account(&fields, act.accounts()))?;
        webhook.kind = written::kind(&fields);
        let mut mistakes = written::apply(&fields, &mut webhook, act.accounts());
        if act.all_of::<Webhook>(&webhook.account)?.len() >= WEBHOOKS_MAX {
            mistakes.insert("account", format!("it has {WEBHOOKS_MAX} webhooks, and no more can be made; delete some"));
        }
        if mistakes.is_empty() {
            act.keep(&webhook)?;
        }
        Ok::<_, Trouble>((webhook, mistakes))
    })?;
    if mistakes.is_empty() {
        return Ok(go(&format!("{PATH}/{}", webhook.id), "created"));
    }
    let values = view::form(&webhook, &world.accounts, &mistakes);
    Ok(refuse(&world, PLACE, "area/adyen-new.html", values))
}

/// Changes one: all of its form.
pub(in crate::pages::area) async fn change(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, Trouble> {
    let refused = world.act(|act| {
        let mut webhook = find(act, &id)?;
        let mistakes: Mistakes = written::apply(&fields, &mut webhook, act.accounts());
        if mistakes.is_empty() {
            act.keep(&webhook)?;
            return Ok::<_, Trouble>(None);
        }
        Ok(Some(minijinja::context! {
            ..view::form(&webhook, act.accounts(), &mistakes), ..view::whole(act, &webhook)
        }))
    })?;
    match refused {
        None => Ok(go(&format!("{PATH}/{id}"), "saved")),
        Some(values) => Ok(refuse(&world, PLACE, "area/adyen-one.html", values)),
    }
}

/// Deletes one. What waits for it is not sent any more.
pub(in crate::pages::area) async fn delete(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    world.act(|act| Ok::<_, Trouble>(act.remove::<Webhook>(&find(act, &id)?.id)?))?;
    Ok(go(PATH, "deleted"))
}
