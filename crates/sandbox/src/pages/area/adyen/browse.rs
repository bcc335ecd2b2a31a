//! The list, one of them, and the form for a new one.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::context;

use super::{PLACE, find, view};
use crate::adyen::webhook::Webhook;
use crate::pages::area::fields::Mistakes;
use crate::pages::area::frame::{self, Done};
use crate::pages::area::trouble::Trouble;
use crate::world::World;

/// Most that are listed.
const LISTED_MAX: u32 = 200;

/// All of them, newest first.
pub(in crate::pages::area) async fn list(
    State(world): State<Arc<World>>,
    Query(done): Query<Done>,
) -> Result<Response, Trouble> {
    let webhooks = world.act(|act| {
        let webhooks = act.newest::<Webhook>(LISTED_MAX)?;
        Ok::<_, Trouble>(webhooks.iter().map(|webhook| view::line(act, webhook)).collect::<Vec<_>>())
    })?;
    Ok(frame::show(&world, PLACE, "area/adyen-list.html", &done, context! { webhooks }))
}

/// The form for a new one.
pub(in crate::pages::area) async fn begin(State(world): State<Arc<World>>) -> Response {
    let webhook = Webhook::blank(&world.accounts.company);
    let values = view::form(&webhook, &world.accounts, &Mistakes::new());
    frame::show(&world, PLACE, "area/adyen-new.html", &Done::default(), values)
}

/// One of them.
pub(in crate::pages::area) async fn show(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Trouble> {
    let values = world.act(|act| Ok::<_, Trouble>(view::whole(act, &find(act, &id)?)))?;
    Ok(frame::show(&world, PLACE, "area/adyen-one.html", &done, values))
}
