//! `/webhooks`: created, listed, deleted; there is no update.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use payhook_provider::by_name;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::answer::answer;
use super::ask::Ask;
use super::fields::{self, Fields};
use super::reply::{Halt, Refusal, Reply};
use crate::banked::date;
use crate::banked::gone::Gone;
use crate::banked::webhook::Webhook;
use crate::book::Act;
use crate::world::World;

/// Most webhooks that hear of one event.
const PER_EVENT_MAX: usize = 5;
/// Most events a request can name.
const EVENTS_MAX: usize = 64;

pub(super) async fn create(State(world): State<Arc<World>>, ask: Ask) -> Response {
    answer(&world, &ask, |act| {
        let wish = read(&fields::object(&ask.body)?)?;
        room_for(act, &wish.events)?;
        let Wish { target_url, signature_key, events } = wish;
        let (id, created_at) = (act.chance()?.uuid(), date::v2(act.now));
        let webhook = Webhook { id, target_url, signature_key, events, created_at };
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
        if act.remove::<Webhook>(ask.id())? {
            act.keep(&Gone { id: ask.id().to_owned() })?;
        } else if act.find::<Gone>(ask.id())?.is_none() {
            return Err(Refusal::not_found("webhook").into());
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
    if let Some(Err(mistake)) = signature_key.as_deref().map(usable) {
        fields.wrong("signature_key", mistake);
    }
    let events = events(&mut fields);
    fields.done(Wish { target_url, signature_key, events })
}

/// Whether notifications can be signed with this key.
fn usable(key: &str) -> Result<(), String> {
    let provider = by_name("banked").ok_or("cannot be judged here")?;
    provider.key("signature_key", key).map(drop).map_err(|mistake| mistake.to_string())
}

/// The events named, each once.
fn events(fields: &mut Fields<'_>) -> Vec<String> {
    let mut events = Vec::new();
    for value in fields.list("events", EVENTS_MAX) {
        match value.as_str() {
            Some(name) if is_known(name) => {
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

/// Whether Banked has an event of this name. The bare words are those of v3 mandates, which a v2 webhook does not hear.
fn is_known(name: &str) -> bool {
    let codes = by_name("banked").map(|provider| provider.codes()).unwrap_or_default();
    name.contains('_') && codes.iter().any(|row| row.code == name)
}

fn room_for(act: &Act<'_>, events: &[String]) -> Result<(), Halt> {
    let webhooks = act.all_of::<Webhook>("")?;
    for event in events {
        let hear = webhooks.iter().filter(|webhook| webhook.events.contains(event)).count();
        if hear >= PER_EVENT_MAX {
            let message = format!("has {event}, of which {PER_EVENT_MAX} webhooks hear already; delete one of them");
            return Err(Refusal::wrong("events", message).into());
        }
    }
    Ok(())
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
