//! A function as a destination, and the event it is handed.

use std::future::Future;
use std::time::Duration;

use payhook_destination::{BoxFuture, Destination, Parcel, Report};
use payhook_domain::delivery::{Outcome, Timings};
use payhook_domain::id::EventId;
use serde_json::Value;

/// How long a handler may take for one event; then the try has failed.
const HANDLER_TIME_MAX: Duration = Duration::from_secs(60);

/// An event as a handler gets it: the payload that a destination of type `http` would be posted.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its id, the same on every try and replay: what to know a repeat by.
    pub id: EventId,
    /// The number of this try, from 1.
    pub attempt: u32,
    /// Whether it was made again by a person or a replay.
    pub replay: bool,
    /// The whole payload: `type`, `timestamp`, `data`.
    pub payload: Value,
}

impl Event {
    /// The kind: `payment.captured`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.payload["type"].as_str().unwrap_or_default()
    }

    /// The merchant's own reference (order number).
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.payload["data"]["reference"].as_str()
    }

    /// What it says, as in the payload's `data`.
    #[must_use]
    pub fn data(&self) -> &Value {
        &self.payload["data"]
    }
}

/// Why a handler did not do it.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    /// Not now: it is tried again, as the retry schedule says. The text is kept with the attempt.
    #[error("{0}")]
    Again(String),
    /// Never: a dead letter.
    #[error("{0}")]
    Never(String),
}

/// A handler as a destination.
pub(super) struct Handler<F>(pub(super) F);

impl<F, R> Destination for Handler<F>
where
    F: Fn(Event) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), HandlerError>> + Send + 'static,
{
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Report> {
        Box::pin(async move {
            let payload = match serde_json::from_slice(&parcel.body) {
                Ok(payload) => payload,
                Err(error) => return report(Outcome::Failed { retry_after: None }, Some(error.to_string())),
            };
            let event = Event { id: parcel.event, attempt: parcel.attempt, replay: parcel.replay, payload };
            match tokio::time::timeout(HANDLER_TIME_MAX, (self.0)(event)).await {
                Ok(Ok(())) => report(Outcome::Delivered, None),
                Ok(Err(HandlerError::Again(why))) => report(Outcome::Failed { retry_after: None }, Some(why)),
                Ok(Err(HandlerError::Never(why))) => report(Outcome::Rejected, Some(why)),
                Err(_) => report(Outcome::Failed { retry_after: None }, Some("the handler took too long".to_owned())),
            }
        })
    }
}

fn report(outcome: Outcome, error: Option<String>) -> Report {
    Report { outcome, status: None, error, excerpt: None, timings: Timings::default() }
}
