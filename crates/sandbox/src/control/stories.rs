//! Stories: which there are, one told, and how far it has come.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use bytes::Bytes;
use payhook_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::mistake::Mistake;
use crate::sender::Fault;
use crate::story::{self, Begun, Progress, TellError, Wanted, stories};
use crate::world::World;

/// How a story is to be told.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct Manner {
    seed: Option<u64>,
    faults: Vec<Fault>,
    merchant_account: Option<String>,
}

/// `GET /stories`: the stories, and what can go wrong on the way.
pub(super) async fn list() -> Json<Value> {
    let stories = stories().map(|one| json!({ "name": one.name, "provider": one.provider, "about": one.about }));
    let faults = Fault::ALL.map(|fault| json!({ "name": fault.name(), "about": fault.about() }));
    Json(json!({ "stories": stories.collect::<Vec<_>>(), "faults": faults }))
}

/// `POST /stories/{name}`: begins to tell one.
pub(super) async fn tell(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Mistake> {
    let Manner { seed, faults, merchant_account } = manner(&body)?;
    let wanted = Wanted { story: name, seed, faults, merchant_account };
    let Begun { run, references } = world.act(|act| story::tell(act, wanted))?;
    Ok(Json(json!({ "run": run, "references": references })))
}

/// `GET /runs/{id}`.
pub(super) async fn show(State(world): State<Arc<World>>, Path(id): Path<String>) -> Result<Json<Value>, Mistake> {
    let found = world.act(|act| Progress::of(act, &id))?;
    found.map(|progress| Json(shown(&progress))).ok_or_else(|| Mistake::not_found(format!("there is no run {id}")))
}

fn manner(body: &Bytes) -> Result<Manner, Mistake> {
    if body.is_empty() {
        return Ok(Manner::default());
    }
    let taken = "takes {\"seed\": …, \"faults\": […], \"merchantAccount\": …}";
    serde_json::from_slice(body).map_err(|error| Mistake::bad_request(format!("{taken}: {error}")))
}

fn shown(progress: &Progress) -> Value {
    let Progress { run, messages, report, .. } = progress;
    json!({
        "run": run.id,
        "story": run.story,
        "seed": run.seed,
        "faults": run.faults,
        "merchantAccount": run.merchant_account,
        "references": [run.reference],
        "payments": run.payments,
        "report": report,
        "began": Timestamp::from_micros(run.began),
        "scene": run.scenes,
        "scenes": progress.scenes(),
        "done": progress.is_done(),
        "stopped": run.end.as_ref().and_then(|end| end.stopped.as_ref()),
        "messages": {
            "waiting": messages.waiting,
            "accepted": messages.accepted,
            "ignored": messages.ignored,
            "given_up": messages.given_up,
        },
    })
}

impl From<TellError> for Mistake {
    fn from(error: TellError) -> Self {
        match error {
            TellError::NoSuchStory(_) => Self::not_found(error.to_string()),
            TellError::NoSuchAccount(..) => Self::bad_request(error.to_string()),
            TellError::Book(error) => error.into(),
        }
    }
}
