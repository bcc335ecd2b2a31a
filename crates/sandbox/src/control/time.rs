//! What time it is in the sandbox, and how fast it goes.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bytes::Bytes;
use payhook_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::mistake::Mistake;
use crate::time::Pace;
use crate::world::World;

/// What can be changed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// A later moment to go to at once.
    now: Option<String>,
    /// So many seconds in each of the world's, or `leaping`.
    pace: Option<Value>,
}

/// `GET /time`.
pub(super) async fn show(State(world): State<Arc<World>>) -> Json<Value> {
    shown(&world)
}

/// `POST /time`: goes to a later moment, or on at another pace. What lies between happens, each thing at its moment.
pub(super) async fn change(State(world): State<Arc<World>>, body: Bytes) -> Result<Json<Value>, Mistake> {
    let change: Change = serde_json::from_slice(&body)
        .map_err(|error| Mistake::bad_request(format!("takes {{\"now\": …, \"pace\": …}}: {error}")))?;
    let pace = change.pace.as_ref().map(pace).transpose()?;
    let now = change.now.as_deref().map(|text| later(&world, text)).transpose()?;
    if let Some(pace) = pace {
        world.time.set_pace(pace);
    }
    if let Some(now) = now {
        world.time.go_to(now);
    }
    world.bell.notify_one();
    Ok(shown(&world))
}

fn later(world: &World, text: &str) -> Result<Timestamp, Mistake> {
    let moment = Timestamp::parse_rfc3339(text)
        .ok_or_else(|| Mistake::bad_request("`now` is a moment such as 2026-11-28T10:00:00Z"))?;
    let now = world.time.now();
    if moment < now {
        return Err(Mistake::bad_request(format!("it is {now} already, and time does not go back")));
    }
    Ok(moment)
}

fn pace(value: &Value) -> Result<Pace, Mistake> {
    match value {
        Value::String(word) if word == "leaping" => Ok(Pace::Leaping),
        value => match value.as_f64().filter(|scale| Pace::SCALES.contains(scale)) {
            Some(scale) => Ok(Pace::Scaled(scale)),
            None => {
                let (slowest, fastest) = (Pace::SCALES.start(), Pace::SCALES.end());
                Err(Mistake::bad_request(format!("`pace` is a number from {slowest} to {fastest}, or \"leaping\"")))
            }
        },
    }
}

fn shown(world: &World) -> Json<Value> {
    let pace = match world.time.pace() {
        Pace::Scaled(scale) => json!(scale),
        Pace::Leaping => json!("leaping"),
    };
    Json(json!({ "now": world.time.now(), "pace": pace }))
}
