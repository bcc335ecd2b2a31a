//! The merchant's end: a small HTTP server that checks each delivery's signature, as any Standard Webhooks library
//! would, and remembers what it took. It is down for its first request, so that a retry can be seen.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Request, Response, StatusCode};
use payhook_domain::time::Clock;
use payhook_gateway::clock::SystemClock;
use payhook_gateway::standard_webhooks::{Secret, Signed};
use payhook_net::{Body, Handler, Incoming, Server, read_body};
use serde_json::Value;

/// Largest delivery it reads: the demo's are below 4 KiB.
const BODY_BYTES_MAX: usize = 1 << 20;

/// Longest it waits for one.
const BODY_TIME_MAX: Duration = Duration::from_secs(5);

/// What came, by `webhook-id`.
#[derive(Clone)]
pub(super) struct Receiver {
    secret: Arc<Secret>,
    clock: SystemClock,
    seen: Arc<Mutex<Seen>>,
}

/// What the receiver saw.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The deliveries taken: the event's id, its type and reference.
    pub(super) taken: BTreeMap<String, (String, String)>,
    /// Requests taken for an event that had been taken already.
    pub(super) repeats: usize,
    /// Requests whose signature was wrong.
    pub(super) unsigned: usize,
    /// Requests turned away while it was down.
    pub(super) turned_away: usize,
}

impl Receiver {
    /// Listens on a free loopback port until the process ends.
    pub(super) fn listen(secret: Secret) -> anyhow::Result<(Self, SocketAddr)> {
        let receiver = Self { secret: Arc::new(secret), clock: SystemClock::default(), seen: Arc::default() };
        let listener = payhook_net::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let address = listener.local_addr()?;
        let handler = receiver.clone();
        tokio::spawn(Server::default().serve(listener, handler, std::future::pending::<()>()));
        Ok((receiver, address))
    }

    /// What it saw so far.
    pub(super) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn take(&self, headers: &HeaderMap, body: &[u8]) -> StatusCode {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.turned_away == 0 {
            seen.turned_away += 1;
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
        let message = Signed { id, timestamp, signatures: header("webhook-signature"), body };
        if self.secret.verify(message, self.clock.now()).is_err() {
            seen.unsigned += 1;
            return StatusCode::UNAUTHORIZED;
        }
        let payload: Value = serde_json::from_slice(body).unwrap_or_default();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let what = (word(&payload["type"]), word(&payload["data"]["reference"]));
        if seen.taken.insert(id.to_owned(), what).is_some() {
            seen.repeats += 1;
        }
        StatusCode::NO_CONTENT
    }
}

impl Handler for Receiver {
    async fn handle(&self, request: Request<Incoming>, _: SocketAddr) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let status = match read_body(body, BODY_BYTES_MAX, BODY_TIME_MAX).await {
            Ok(body) => self.take(&parts.headers, &body),
            Err(_) => StatusCode::BAD_REQUEST,
        };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        response
    }
}
