//! Events as they are committed, by server-sent events. Follows the store's own sequence, so nothing is skipped and a
//! listener that comes back with its last id misses nothing. After a restore that id may be beyond every row; waiting there
//! would skip all that come until it is passed, so it is refused.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{self, Stream, StreamExt};
use payhook_domain::id::EventSeq;
use payhook_store::{EventFilter, PageRequest};
use serde::Deserialize;

use super::page::Params;
use super::{Api, ApiError, typed, view};

/// Rows read at a time.
const BATCH: usize = 100;

/// Longest wait without looking, should a wake-up be lost.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Where to begin: after this row (`seq_17`); from now on when absent.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Query {
    since: Option<String>,
}

/// `GET /api/v1/events/stream`
pub(crate) async fn follow(
    State(api): State<Api>,
    headers: HeaderMap,
    Params(query): Params<Query>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let last_seen = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let newest = newest(&api).await?;
    let after = match last_seen.or(query.since) {
        Some(text) => known(typed::id(&text)?, newest)?,
        None => newest,
    };
    let batches = stream::unfold((api, after), |(api, after)| async move {
        let rows = next_batch(&api, after).await?;
        let last = rows.last().map_or(after, |(seq, _)| *seq);
        Some((stream::iter(rows.into_iter().map(|(_, event)| Ok(event))), (api, last)))
    });
    Ok(Sse::new(batches.flatten()).keep_alive(KeepAlive::default()))
}

/// The place, unless it is beyond all there is.
fn known(place: EventSeq, newest: EventSeq) -> Result<EventSeq, ApiError> {
    if place <= newest {
        return Ok(place);
    }
    let what = format!(
        "{place} is beyond the newest event, {newest}: a backup was put in this store's place, or it is another one"
    );
    Err(ApiError::place_ahead(format!("{what}; begin behind the last event that it has of those you know")))
}

async fn newest(api: &Api) -> Result<EventSeq, ApiError> {
    let page = PageRequest { limit: 1, from: None };
    let newest = api.gateway.reader.events(EventFilter::default(), page).await?;
    Ok(newest.rows.first().map_or(EventSeq(0), |row| row.seq))
}

/// The rows after `after`, waiting until there are some; nothing more when the gateway stops.
async fn next_batch(api: &Api, after: EventSeq) -> Option<Vec<(EventSeq, Event)>> {
    let mut stopping = api.gateway.stopping.subscribe();
    while !*stopping.borrow_and_update() {
        // Registered before looking, so that a commit during the look is not missed.
        let bell = api.gateway.bells.committed.notified();
        tokio::pin!(bell);
        bell.as_mut().enable();
        let filter = EventFilter { after: Some(after), ..EventFilter::default() };
        let found = api.gateway.reader.events(filter, PageRequest { limit: BATCH, from: None }).await;
        let rows = found.map(|page| page.rows).unwrap_or_default();
        if !rows.is_empty() {
            return Some(rows.iter().map(|row| (row.seq, message(api, row))).collect());
        }
        tokio::select! {
            () = bell => {}
            () = api.gateway.sleeper.sleep(LOOK_AGAIN_AFTER) => {}
            _ = stopping.changed() => {}
        }
    }
    None
}

fn message(api: &Api, row: &payhook_store::StoredEvent) -> Event {
    Event::default().id(row.seq.to_string()).data(view::event(api, row).to_string())
}
