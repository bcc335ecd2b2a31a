//! One telling: how far it has come, what is paid in it, and its notifications.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::context;

use super::PLACE;
use super::choose::line;
use crate::pages::area::frame::{self, Done};
use crate::pages::area::log::rows;
use crate::pages::area::trouble::Trouble;
use crate::story::Progress;
use crate::world::World;

/// Notifications that are shown, the newest.
const SHOWN_MAX: u32 = 200;

/// `/area/stories/{run}`.
pub(in crate::pages::area) async fn run(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Trouble> {
    let (progress, list) = world.act(|act| {
        let progress = Progress::of(act, &id)?.ok_or(Trouble::Missing("There is no such telling of a story"))?;
        let list = rows(act, &act.newest_of_story(&id, None, SHOWN_MAX)?)?;
        Ok::<_, Trouble>((progress, list))
    })?;
    let Progress { run, story, messages, report } = &progress;
    let values = context! {
        list, report,
        run => line(&progress),
        about => story.map(|story| story.about),
        provider => story.map(|story| story.provider),
        payments => &run.payments,
        account => &run.merchant_account,
        ended => run.end.as_ref().map(|end| end.at),
        tally => context! {
            waiting => messages.waiting, accepted => messages.accepted, ignored => messages.ignored,
            given_up => messages.given_up,
        },
    };
    Ok(frame::show(&world, PLACE, "area/story.html", &done, values))
}
