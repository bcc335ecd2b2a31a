//! The log of everything sent, newest first, and what a person does with one entry.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use payhook_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::mistake::Mistake;
use crate::book::{Act, Attempt, BookError, Message};
use crate::sender;
use crate::world::World;

/// Entries of one answer.
const ENTRIES: u32 = 100;

/// Which entries.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sought {
    /// Below this id.
    before: Option<i64>,
    /// Of this story.
    story: Option<String>,
}

/// `GET /messages`: the newest, and from where to go on.
pub(super) async fn list(
    State(world): State<Arc<World>>,
    sought: Result<Query<Sought>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Mistake> {
    let Query(sought) = sought.map_err(|error| Mistake::bad_request(error.body_text()))?;
    world.act(|act| {
        let found = match &sought.story {
            Some(story) => act.newest_of_story(story, sought.before, ENTRIES)?,
            None => act.newest_messages(sought.before, ENTRIES)?,
        };
        let next = (found.len() == ENTRIES as usize).then(|| found.last().map(|message| message.id)).flatten();
        let data = found.iter().map(|message| entry(act, message)).collect::<Result<Vec<_>, BookError>>()?;
        Ok(Json(json!({ "data": data, "next": next })))
    })
}

/// `GET /messages/{id}`.
pub(super) async fn show(State(world): State<Arc<World>>, Path(id): Path<String>) -> Result<Json<Value>, Mistake> {
    one(&world, &id, |act, id| act.message(id))
}

/// `POST /messages/{id}/retry`: sends it now.
pub(super) async fn retry(State(world): State<Arc<World>>, Path(id): Path<String>) -> Result<Json<Value>, Mistake> {
    one(&world, &id, sender::retry)
}

/// `POST /messages/{id}/ignore`: gives it up.
pub(super) async fn ignore(State(world): State<Arc<World>>, Path(id): Path<String>) -> Result<Json<Value>, Mistake> {
    one(&world, &id, sender::ignore)
}

/// `POST /endpoints/{endpoint}/retry`: sends all that wait for a webhook now.
pub(super) async fn retry_all(
    State(world): State<Arc<World>>,
    Path(endpoint): Path<String>,
) -> Result<Json<Value>, Mistake> {
    world.act(|act| Ok(Json(json!({ "waiting": sender::retry_all(act, &endpoint)? }))))
}

/// Does something with one entry, and shows it after that.
fn one(
    world: &World,
    id: &str,
    work: impl FnOnce(&Act<'_>, i64) -> Result<Option<Message>, BookError>,
) -> Result<Json<Value>, Mistake> {
    let number = id.parse().map_err(|_| Mistake::not_found(format!("there is no message {id}")))?;
    world.act(|act| match work(act, number)? {
        Some(message) => Ok(Json(entry(act, &message)?)),
        None => Err(Mistake::not_found(format!("there is no message {id}"))),
    })
}

fn entry(act: &Act<'_>, message: &Message) -> Result<Value, BookError> {
    let draft = &message.draft;
    let attempts: Vec<_> = act.attempts(message.id)?.iter().map(attempt).collect();
    Ok(json!({
        "id": message.id,
        "provider": draft.provider,
        "endpoint": draft.endpoint,
        "event": draft.event,
        "reference": draft.subject,
        "story": Some(&message.story).filter(|story| !story.is_empty()),
        "faults": message.treatment().faults,
        "state": message.state,
        "queued": message.queued,
        "due": draft.due,
        "attempts": attempts,
    }))
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "at": Timestamp::from_micros(attempt.at),
        "took_ms": attempt.took / 1_000,
        "status": attempt.status,
        "answer": attempt.answer,
        "headers": attempt.headers,
        "body": attempt.body,
    })
}
