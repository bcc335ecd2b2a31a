//! An order's page hears that something changed, by server-sent events. What changed it asks for itself.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use http::StatusCode;
use http::header::RETRY_AFTER;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::failure::Failure;
use super::order::View;
use crate::book::BookError;
use crate::shop::Till;

/// Longest that one stream lasts; the browser opens another.
const STREAM_MAX: Duration = Duration::from_secs(600);

/// Seconds until a browser that found no room should try again.
const ROOM_SECONDS: &str = "5";

/// One page that listens.
struct Watcher {
    till: Arc<Till>,
    address: String,
    changes: watch::Receiver<u64>,
    told: Option<String>,
    _room: OwnedSemaphorePermit,
}

/// `GET /orders/{page}/changes`
pub(crate) async fn changes(State(till): State<Arc<Till>>, Path(address): Path<String>) -> Result<Response, Failure> {
    let Ok(room) = Arc::clone(&till.watchers).try_acquire_owned() else {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, ROOM_SECONDS)]).into_response());
    };
    // It listens before it looks, so that no change falls in between.
    let changes = till.book.changes();
    look(&till, &address).await?.ok_or(Failure::NotFound)?;
    let mut closing = till.closing.subscribe();
    let watcher = Watcher { till, address, changes, told: None, _room: room };
    let ends = async move {
        tokio::select! {
            _ = closing.wait_for(|closing| *closing) => {}
            () = tokio::time::sleep(STREAM_MAX) => {}
        }
    };
    let events = states(watcher).take_until(Box::pin(ends));
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

/// The page's state now, and every other one it takes.
fn states(watcher: Watcher) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(watcher, async |mut watcher| {
        loop {
            watcher.changes.mark_unchanged();
            // A book that cannot be read ends the stream; the browser comes again.
            let state = look(&watcher.till, &watcher.address).await.ok().flatten()?;
            if watcher.told.as_ref() != Some(&state) {
                watcher.told = Some(state.clone());
                return Some((Ok(Event::default().event("state").data(state)), watcher));
            }
            watcher.changes.changed().await.ok()?;
        }
    })
}

async fn look(till: &Till, address: &str) -> Result<Option<String>, BookError> {
    let address = address.to_owned();
    till.book.read(move |act| Ok(View::of(act, &address)?.map(|view| view.state()))).await
}
