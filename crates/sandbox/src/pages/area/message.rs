//! One notification: each try with what was sent and what was answered; and what a person does with it.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::{Value, context};

use super::frame::{self, Done, go};
use super::trouble::Trouble;
use crate::book::{Act, Attempt, BookError, Message};
use crate::sender;
use crate::world::World;

/// Said of a number that is none.
const MISSING: &str = "There is no such notification";

/// `/area/log/{id}`.
pub(super) async fn show(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Trouble> {
    let (message, attempts) = world.act(|act| {
        let message = number(&id).map(|id| act.message(id)).transpose()?.flatten();
        let message = message.ok_or(Trouble::Missing(MISSING))?;
        let attempts = act.attempts(message.id)?;
        Ok::<_, Trouble>((message, attempts))
    })?;
    let draft = &message.draft;
    let values = context! {
        id => message.id, provider => &draft.provider, event => &draft.event, subject => &draft.subject,
        endpoint => &draft.endpoint, state => message.state.word(), tries => message.tries,
        queued => message.queued.as_micros(), due => draft.due.as_micros(),
        media => &draft.content.media, unsigned => &draft.content.body,
        attempts => attempts.iter().enumerate().rev().map(attempt).collect::<Vec<_>>(),
    };
    Ok(frame::show(&world, "log", "area/message.html", &done, values))
}

/// `/area/log/{id}/retry`.
pub(super) async fn retry(State(world): State<Arc<World>>, Path(id): Path<String>) -> Result<Response, Trouble> {
    by_hand(&world, &id, "retried", sender::retry)
}

/// `/area/log/{id}/ignore`.
pub(super) async fn ignore(State(world): State<Arc<World>>, Path(id): Path<String>) -> Result<Response, Trouble> {
    by_hand(&world, &id, "ignored", sender::ignore)
}

fn by_hand(
    world: &World,
    id: &str,
    done: &str,
    work: impl FnOnce(&Act<'_>, i64) -> Result<Option<Message>, BookError>,
) -> Result<Response, Trouble> {
    let id = number(id).ok_or(Trouble::Missing(MISSING))?;
    match world.act(|act| work(act, id))? {
        Some(message) => Ok(go(&format!("/area/log/{}", message.id), done)),
        None => Err(Trouble::Missing(MISSING)),
    }
}

fn number(id: &str) -> Option<i64> {
    id.parse().ok()
}

fn attempt((place, attempt): (usize, &Attempt)) -> Value {
    context! {
        number => place + 1,
        at => &attempt.at,
        took_ms => attempt.took / 1_000,
        status => &attempt.status,
        answer => &attempt.answer,
        headers => &attempt.headers,
        body => &attempt.body,
        readable => readable(&attempt.body),
    }
}

/// The body with line breaks, for reading; nothing when it is no JSON.
fn readable(body: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(body).ok()?;
    serde_json::to_string_pretty(&value).ok()
}
