//! Routes: what is configured, and what they would make of an event. Nothing is stored or sent by asking.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use payhook_domain::event::Event;
use payhook_domain::id::{EventId, EventSeq, NameId};
use payhook_store::{Disposition, NameKind, StoredEvent, Wanted};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::setup::{self, millis};
use super::{Api, ApiError, typed};
use crate::config::WhenStale;
use crate::ingest::dispose;
use crate::payload::AmountView;
use crate::plan::{Plan, Source};
use crate::rehearsal::{self, Pasted};
use crate::routing::{self, Because};

/// `GET /api/v1/routes`
pub(crate) async fn list(State(api): State<Api>) -> Json<Value> {
    let plan = api.gateway.plan.load_full();
    let source_name = |id| plan.source(id).map(|source| source.settings.name.as_str());
    setup::list(plan.routes.iter().map(|route| {
        json!({
            "name": route.name,
            "sources": route.sources.iter().filter_map(|id| source_name(*id)).collect::<Vec<_>>(),
            "events": route.events.iter().map(|pattern| pattern.as_str()).collect::<Vec<_>>(),
            "when": route.when.as_ref().map(routing::When::as_str),
            "when_stale": route.when_stale.as_str(),
            "hold_ms": route.hold.map(millis),
            "to": route.to.iter().map(|position| plan.destinations[*position].settings.name.as_str()).collect::<Vec<_>>(),
        })
    }))
}

/// An event to ask about: a stored one by its id or its row, a payload as it is delivered, or what a provider sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Asked {
    event: Option<String>,
    payload: Option<Box<RawValue>>,
    notification: Option<String>,
    /// The source of a notification; of a payload, in place of the one it names.
    source: Option<String>,
}

/// `POST /api/v1/routes/test`: what each route says of the event, and what would be owed.
pub(crate) async fn test(
    State(api): State<Api>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let Json(asked) = asked.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let plan = api.gateway.plan.load_full();
    let data = match asked {
        Asked { event: Some(event), payload: None, notification: None, source: None } => {
            vec![stored(&api, &plan, &event).await?]
        }
        Asked { payload: Some(payload), event: None, notification: None, source } => {
            let Pasted { event, source: named } = rehearsal::payload(&payload).map_err(ApiError::bad_request)?;
            let name =
                source.or(named).ok_or_else(|| ApiError::bad_request("the payload names no source; give one"))?;
            vec![view(&plan, configured(&plan, &name)?, &event, b"")]
        }
        Asked { notification: Some(text), source: Some(name), event: None, payload: None } => {
            let source = configured(&plan, &name)?;
            let read = rehearsal::notification(source, &text, api.gateway.clock.now());
            let (events, body) = read.map_err(ApiError::bad_request)?;
            events.iter().map(|event| view(&plan, source, event, &body)).collect()
        }
        _ => {
            let one = "give one of `event`, `payload`, or `notification` with its `source`";
            return Err(ApiError::bad_request(one));
        }
    };
    Ok(Json(json!({ "data": data })))
}

async fn stored(api: &Api, plan: &Plan, text: &str) -> Result<Value, ApiError> {
    let row = row(api, text).await?;
    let source = plan.source(row.source);
    let source =
        source.ok_or_else(|| ApiError::wrong_state("its source is no longer configured; put it back first"))?;
    let kept = api.gateway.reader.notification(row.notification).await?;
    let body = kept.map(|kept| kept.body).unwrap_or_default();
    Ok(view(plan, source, &row.event, &body))
}

/// The row, or the newest of the event that was routed: it is what its destinations were last sent.
async fn row(api: &Api, text: &str) -> Result<StoredEvent, ApiError> {
    if let Ok(seq) = text.parse::<EventSeq>() {
        let row = api.gateway.reader.event_row(seq).await?;
        return row.ok_or_else(|| ApiError::not_found(format!("no event row {seq}")));
    }
    let id: EventId = typed::id(text)?;
    let mut rows = api.gateway.reader.event(id).await?;
    if rows.is_empty() {
        return Err(ApiError::not_found(format!("no event {id}")));
    }
    Ok(rows.swap_remove(0))
}

fn configured<'p>(plan: &'p Plan, name: &str) -> Result<&'p Source, ApiError> {
    let found = plan.sources.iter().find(|source| source.settings.name == name);
    found.ok_or_else(|| ApiError::bad_request(plan.nobody(NameKind::Source, name)))
}

/// What becomes of an event by today's configuration.
fn view(plan: &Plan, source: &Source, event: &Event, body: &[u8]) -> Value {
    let (aside, wanted) = match dispose(plan, source, event, body, &mut Vec::new()) {
        Disposition::Aside { reason, detail } => {
            (Some(json!({ "reason": reason.as_str(), "detail": detail })), Vec::new())
        }
        Disposition::Route(wanted) => (None, wanted),
    };
    let said = routing::judge_each(plan, source, event, body);
    let routes: Vec<Value> = plan
        .routes
        .iter()
        .zip(said)
        .map(|(route, because)| {
            let (matches, because, detail) = match because {
                Because::Fits => (true, None, None),
                Because::WhenFailed(why) => (true, Some("when_failed"), Some(why)),
                Because::Source => (false, Some("source"), None),
                Because::Events => (false, Some("events"), None),
                Because::When => (false, Some("when"), route.when.as_ref().map(|when| when.as_str().to_owned())),
            };
            json!({ "name": route.name, "matches": matches, "because": because, "detail": detail })
        })
        .collect();
    json!({
        "id": event.id,
        "source": source.settings.name,
        "kind": event.kind.as_str(),
        "code": event.code,
        "account": event.account,
        "reference": event.reference,
        "amount": event.amount.as_ref().map(AmountView::of),
        "aside": aside,
        "routes": routes,
        "wanted": wanted.iter().map(|wanted| owed(plan, wanted)).collect::<Vec<_>>(),
    })
}

fn owed(plan: &Plan, wanted: &Wanted) -> Value {
    let when_stale = if wanted.skips_stale { WhenStale::Skip } else { WhenStale::Deliver };
    json!({
        "destination": destination_name(plan, wanted.destination),
        "hold_ms": millis(wanted.hold),
        "when_stale": when_stale.as_str(),
        "once_per_notification": wanted.once_per_notification,
    })
}

fn destination_name(plan: &Plan, id: NameId) -> Option<&str> {
    plan.destinations.iter().find(|target| target.id == id).map(|target| target.settings.name.as_str())
}
