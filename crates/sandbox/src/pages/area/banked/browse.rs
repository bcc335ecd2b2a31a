//! The list, one of them, and the form for a new one.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::context;

use super::{PLACE, find, view};
use crate::banked::webhook::Webhook;
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
    let webhooks = world.act(|act| Ok::<_, Trouble>(act.newest::<Webhook>(LISTED_MAX)?))?;
    let webhooks = webhooks.iter().map(view::line).collect::<Vec<_>>();
    Ok(frame::show(&world, PLACE, "area/banked-list.html", &done, context! { webhooks }))
}

/// The form for a new one.
pub(in crate::pages::area) async fn begin(State(world): State<Arc<World>>) -> Response {
    let values = view::form(&Webhook::blank(), &Mistakes::new());
    frame::show(&world, PLACE, "area/banked-new.html", &Done::default(), values)
}

/// One of them.
pub(in crate::pages::area) async fn show(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Trouble> {
    let webhook = world.act(|act| find(act, &id))?;
    let values = view::form(&webhook, &Mistakes::new());
    Ok(frame::show(&world, PLACE, "area/banked-one.html", &done, values))
}
