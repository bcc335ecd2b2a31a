//! A test notification, and then what came of it.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;

use super::find;
use crate::banked::webhook::trial;
use crate::pages::area::fields::Fields;
use crate::pages::area::frame::go;
use crate::pages::area::trouble::Trouble;
use crate::sender::at_once;
use crate::world::World;

/// Sends one of the events the webhook hears of.
pub(in crate::pages::area) async fn test(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, Trouble> {
    let (draft, endpoint) = world.act(|act| {
        let webhook = find(act, &id)?;
        let draft = trial(act, &webhook, &fields.text("event"))?;
        let draft = draft.ok_or(Trouble::Missing("There is no such event of Banked's"))?;
        Ok::<_, Trouble>((draft, webhook.endpoint()))
    })?;
    let message = at_once(&world, &draft, &endpoint).await?;
    Ok(go(&format!("/area/log/{message}"), "tested"))
}
