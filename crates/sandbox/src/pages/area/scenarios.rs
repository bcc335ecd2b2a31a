//! Running a scenario: a story, its seed, and what goes wrong on the way.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::{Value, context};

use super::fields::Fields;
use super::frame::{self, Done, go};
use super::trouble::Trouble;
use crate::sender::Fault;
use crate::story::{self, Progress, TellError, Wanted};
use crate::world::World;

/// Most runs that are listed.
const RUNS_MAX: u32 = 20;

/// `/area/scenarios`: the form, and the newest runs.
pub(super) async fn list(State(world): State<Arc<World>>, Query(done): Query<Done>) -> Result<Response, Trouble> {
    let runs = world.act(|act| story::newest(act, RUNS_MAX))?;
    let values = context! { runs => runs.iter().map(view).collect::<Vec<_>>(), ..form() };
    Ok(frame::show(&world, "scenarios", "area/scenarios.html", &done, values))
}

/// `POST /area/scenarios`: begins one.
pub(super) async fn begin(State(world): State<Arc<World>>, Form(fields): Form<Fields>) -> Result<Response, Trouble> {
    let seed = fields.text("seed");
    let seed = match seed.trim() {
        "" => None,
        text => match text.parse() {
            Ok(seed) => Some(seed),
            Err(_) => return Ok(refused(&world, "A seed is a whole number, or nothing for one by chance.")),
        },
    };
    let faults = fields.all("fault").filter_map(|name| name.parse().ok()).collect();
    let wanted = Wanted { story: fields.text("story"), seed, faults, merchant_account: None };
    match world.act(|act| story::tell(act, wanted)) {
        Ok(begun) => Ok(go(&format!("/area/scenarios/{}", begun.run), "begun")),
        Err(TellError::Book(error)) => Err(error.into()),
        Err(refusal) => Ok(refused(&world, &refusal.to_string())),
    }
}

/// `/area/scenarios/{id}`: how far one has come.
pub(super) async fn show(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Trouble> {
    let found = world.act(|act| Progress::of(act, &id))?.ok_or(Trouble::Missing("There is no such run"))?;
    Ok(frame::show(&world, "scenarios", "area/scenario.html", &done, context! { run => view(&found) }))
}

fn refused(world: &World, problem: &str) -> Response {
    frame::refuse(world, "scenarios", "area/scenarios.html", context! { problem, ..form() })
}

/// What can be chosen.
fn form() -> Value {
    let story = |one: &story::Story| context! { name => one.name, provider => one.provider, about => one.about };
    let fault = |one: Fault| context! { name => one.name(), about => one.about() };
    context! {
        stories => story::stories().map(story).collect::<Vec<_>>(),
        faults => Fault::ALL.map(fault).to_vec(),
    }
}

fn view(progress: &Progress) -> Value {
    let Progress { run, messages, report, story } = progress;
    context! {
        id => &run.id,
        story => &run.story,
        about => story.map(|story| story.about),
        seed => run.seed.to_string(),
        faults => run.faults.iter().map(|fault| fault.name()).collect::<Vec<_>>(),
        reference => &run.reference,
        report,
        began => run.began,
        scene => run.scenes,
        scenes => progress.scenes(),
        done => progress.is_done(),
        stopped => run.end.as_ref().and_then(|end| end.stopped.as_ref()),
        waiting => messages.waiting,
        accepted => messages.accepted,
        ignored => messages.ignored,
        given_up => messages.given_up,
    }
}
