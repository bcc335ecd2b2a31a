//! A new key, shown once: reloading shows it no more, and generates no other.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;
use serde::{Deserialize, Serialize};

use super::{PATH, PLACE, find, view};
use crate::adyen::webhook::{check_value, new_key};
use crate::book::Document;
use crate::pages::area::frame::{self, Done, go};
use crate::pages::area::trouble::Trouble;
use crate::world::World;

/// What lets a new key be seen.
#[derive(Serialize, Deserialize)]
struct Ticket {
    id: String,
    webhook: String,
    hex: String,
    from: i64,
}

impl Document for Ticket {
    const KIND: &'static str = "key to be shown";

    fn id(&self) -> &str {
        &self.id
    }

    fn owner(&self) -> &str {
        &self.webhook
    }
}

/// Generates one, and leads to where it is shown.
pub(in crate::pages::area) async fn generate(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let ticket = world.act(|act| {
        let key = new_key(act, find(act, &id)?)?;
        let ticket = Ticket { id: act.chance()?.hex(16), webhook: id.clone(), hex: key.hex, from: key.from };
        act.keep(&ticket)?;
        Ok::<_, Trouble>(ticket.id)
    })?;
    Ok(Redirect::to(&format!("{PATH}/{id}/key/{ticket}")).into_response())
}

/// Shows it, and takes the ticket.
pub(in crate::pages::area) async fn reveal(
    State(world): State<Arc<World>>,
    Path((id, ticket)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let shown = world.act(|act| {
        let webhook = find(act, &id)?;
        let Some(ticket) = act.find::<Ticket>(&ticket)?.filter(|ticket| ticket.webhook == id) else {
            return Ok::<_, Trouble>(None);
        };
        act.remove::<Ticket>(&ticket.id)?;
        let key = context! {
            hex => &ticket.hex, check_value => check_value(&ticket.hex), from => &ticket.from,
            at_once => ticket.from <= act.now.as_micros(),
        };
        Ok(Some(context! { key, webhook => view::line(act, &webhook) }))
    })?;
    match shown {
        Some(values) => Ok(frame::show(&world, PLACE, "area/adyen-key.html", &Done::default(), values)),
        None => Ok(go(&format!("{PATH}/{id}"), "seen")),
    }
}
