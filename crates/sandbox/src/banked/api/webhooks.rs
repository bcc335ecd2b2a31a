//! `/webhooks`: created, listed, deleted; there is no update.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::answer::answer;
use super::ask::Ask;
use super::fields::{self, Fields};
use super::reply::{Halt, Refusal, Reply};
use crate::banked::gone::Gone;
use crate::banked::webhook::Webhook;
use crate::banked::webhook::rules::{self, PER_EVENT_MAX};
use crate::book::Act;
use crate::world::World;

/// Most events a request can name.
const EVENTS_MAX: usize = 64;

pub(super) async fn create(State(world): State<Arc<World>>, ask: Ask) -> Response {
    answer(&world, &ask, |act| {
        let Wish { target_url, signature_key, events } = read(&fields::object(&ask.body)?)?;
        let mut webhook = Webhook { target_url, events, ..Webhook::begin(act)? };
        room_for(act, &webhook)?;
        webhook.take_key(act, signature_key)?;
        act.keep(&webhook)?;
        Ok(Reply::of(StatusCode::CREATED, &view(&webhook))?)
    })
}

pub(super) async fn list(State(world): State<Arc<World>>, ask: Ask) -> Response {
    answer(&world, &ask, |act| {
        let webhooks = act.all_of::<Webhook>("")?;
        Ok(Reply::of(StatusCode::OK, &webhooks.iter().map(view).collect::<Vec<_>>())?)
    })
}

pub(super) async fn delete(State(world): State<Arc<World>>, ask: Ask) -> Response {
    answer(&world, &ask, |act| {
        match act.find::<Webhook>(ask.id())? {
            Some(webhook) => webhook.delete(act)?,
            None if act.find::<Gone>(ask.id())?.is_some() => {}
            None => return Err(Refusal::not_found("webhook").into()),
        }
        Ok(Reply::nothing())
    })
}

/// A webhook that is asked for.
struct Wish {
    target_url: String,
    signature_key: Option<String>,
    events: Vec<String>,
}

fn read(object: &Map<String, Value>) -> Result<Wish, Refusal> {
    let mut fields = Fields::of(object);
    let target_url = fields.target("target_url");
    let signature_key = fields.optional_text("signature_key");
    if let Some(Err(mistake)) = signature_key.as_deref().map(rules::can_sign) {
        fields.wrong("signature_key", mistake);
    }
    let events = events(&mut fields);
    fields.done(Wish { target_url, signature_key, events })
}

/// The events named, each once.
fn events(fields: &mut Fields<'_>) -> Vec<String> {
    let mut events = Vec::new();
    for value in fields.list("events", EVENTS_MAX) {
        match value.as_str() {
            Some(name) if rules::events().any(|event| event == name) => {
                if !events.iter().any(|have| have == name) {
                    events.push(name.to_owned());
                }
            }
            Some(name) => fields.wrong("events", format_args!("has {name:?}, which is no event of Banked's")),
            None => fields.wrong("events", "must be a list of names"),
        }
    }
    events
}

fn room_for(act: &Act<'_>, webhook: &Webhook) -> Result<(), Halt> {
    let Some(event) = rules::crowded(act, webhook)? else { return Ok(()) };
    let message = format!("has {event}, of which {PER_EVENT_MAX} webhooks hear already; delete one of them");
    Err(Refusal::wrong("events", message).into())
}

/// Without the key: whoever made the webhook has it.
fn view(webhook: &Webhook) -> impl Serialize + use<> {
    json!({
        "id": webhook.id,
        "target_url": webhook.target_url,
        "events": webhook.events,
        "created_at": webhook.created_at,
    })
}
