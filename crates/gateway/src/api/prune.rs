//! Retention by hand: what would go, and let it go now.

use axum::Json;
use axum::extract::State;
use payhook_domain::id::NameId;
use payhook_domain::time::Timestamp;
use payhook_store::{Before, Cutoffs, Extent, NameKind, Pruned, SweepPlace};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Api, ApiError, typed, view};
use crate::gateway::Gateway;
use crate::retention::{self, Waits};

/// Steps taken for one answer: about half a second.
const STEPS: usize = 16;

/// What places are sealed as.
const PLACE: &str = "prune";

/// What a caller sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Removes nothing.
    dry_run: bool,
    /// The clock is right, whatever it looked like.
    yes: bool,
    /// The `next` of the answer before.
    place: Option<String>,
}

/// `POST /api/v1/prune`: a part of a sweep; asked again with `place` until `next` is null.
pub(crate) async fn prune(State(api): State<Api>, Json(wanted): Json<Wanted>) -> Result<Json<Value>, ApiError> {
    let gateway = &api.gateway;
    let place =
        wanted.place.as_deref().map_or(Ok(SweepPlace::default()), |place| known(&api, place, wanted.dry_run))?;
    let pruned = if wanted.dry_run {
        retention::look(gateway, place, STEPS).await?
    } else {
        if wanted.yes {
            retention::confirm(gateway).await?;
        }
        // It may have jumped since the last look.
        if !retention::may_remove(gateway).await? {
            return Err(ApiError::wrong_state(Waits.to_string()));
        }
        retention::remove(gateway, place, STEPS).await?
    };
    let extent = gateway.reader.extent().await?;
    Ok(Json(shown(&api, &wanted, &pruned, extent)))
}

/// A place that was given by an answer of the same sort. One made by hand could part notifications from their events, and so
/// take what is owed for what is not; one of a look would have a sweep pass over what that has only counted.
fn known(api: &Api, place: &str, dry_run: bool) -> Result<SweepPlace, ApiError> {
    let (of_a_look, place): (bool, String) = api.cursors.read(PLACE, place)?;
    if of_a_look != dry_run {
        return Err(ApiError::bad_request(
            "a place of a dry run is none of a sweep, nor the other way round; begin without",
        ));
    }
    typed::id(&place)
}

fn shown(api: &Api, wanted: &Wanted, pruned: &Pruned, extent: Extent) -> Value {
    let gateway = &api.gateway;
    let cut = retention::cutoffs(gateway);
    let before = [cut.usual.bodies, cut.usual.attempts, cut.usual.events, cut.payments];
    let kind = |((what, freed), before): ((&str, payhook_store::Freed), Option<Timestamp>)| {
        (what.to_owned(), json!({ "before": before, "rows": freed.rows, "bytes": freed.bytes }))
    };
    let kinds: Map<String, Value> = pruned.kinds().into_iter().zip(before).map(kind).collect();
    json!({
        "dry_run": wanted.dry_run,
        "pruned": kinds,
        "own": own(gateway, &cut),
        "kept": pruned.kept,
        "returned_bytes": pruned.returned.bytes,
        "file": view::extent(extent),
        "waits_for_a_person": gateway.retention.waits(),
        "next": pruned.next.and_then(|place| api.cursors.write(PLACE, &wanted.dry_run, place.to_string())),
        "progress": pruned.next.map_or(1.0, SweepPlace::progress),
    })
}

/// Sources and providers whose ages are not the usual ones, by name.
fn own(gateway: &Gateway, cut: &Cutoffs) -> Value {
    let source = |(source, before): &(NameId, Before)| {
        let Before { bodies, attempts, events } = before;
        let view = json!({ "bodies": bodies, "attempts": attempts, "events": events });
        (gateway.names.name(NameKind::Source, *source), view)
    };
    let provider = |(provider, before): &(NameId, Option<Timestamp>)| {
        (gateway.names.name(NameKind::Provider, *provider), json!({ "payments": before }))
    };
    let sources: Map<String, Value> = cut.own.iter().map(source).collect();
    let providers: Map<String, Value> = cut.payments_of.iter().map(provider).collect();
    json!({ "sources": sources, "providers": providers })
}
