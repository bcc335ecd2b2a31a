//! A merchant's endpoint: a real HTTP server that checks signatures, remembers every delivery, and fails on command.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::standard_webhooks::{self, Signature};

/// One delivery, as received.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its place in the order of arrival, from 0.
    pub number: usize,
    /// When it had arrived whole.
    pub at: Instant,
    /// Path and query.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body's exact bytes.
    pub body: Bytes,
    /// Whether its signature holds.
    pub signature: Signature,
}

impl Delivery {
    /// A header's value, empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The event's id, from `webhook-id`.
    #[must_use]
    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("a delivery that is not JSON: {error}"))
    }
}

/// What the endpoint does with a delivery it has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Answers with this status.
    Answer(u16),
    /// Answers with this status and `retry-after` in seconds.
    AskToWait(u16, u64),
    /// Answers with this status after a while.
    AnswerLate(u16, Duration),
    /// Answers 200 with this body.
    Say(Bytes),
    /// Never answers.
    Hang,
    /// Closes the connection without an answer.
    Drop,
}

/// How long its connections may take to close.
const SHUTDOWN_MAX: Duration = Duration::from_secs(5);

/// A running endpoint. When its drop returns, its socket is closed, then every connection; not to be dropped in async code.
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    running: Option<(Runtime, JoinHandle<()>)>,
}

type Script = Box<dyn Fn(&Delivery) -> Behaviour + Send + Sync>;

struct Shared {
    secret: Option<String>,
    script: Mutex<Arc<Script>>,
    deliveries: Mutex<Vec<Delivery>>,
    arrived: Condvar,
}

impl Receiver {
    /// An endpoint on a free port of loopback that answers 200; with a secret (`whsec_…`) it checks signatures.
    ///
    /// # Panics
    /// When no socket can be had.
    #[must_use]
    pub fn start(secret: Option<&str>) -> Self {
        Self::start_on(SocketAddr::from(([127, 0, 0, 1], 0)), secret)
    }

    /// The same on a given address, for an endpoint that comes back.
    ///
    /// # Panics
    /// When the address is taken.
    #[must_use]
    pub fn start_on(address: SocketAddr, secret: Option<&str>) -> Self {
        let shared = Arc::new(Shared {
            secret: secret.map(str::to_owned),
            script: Mutex::new(Arc::new(Box::new(|_| Behaviour::Answer(200)))),
            deliveries: Mutex::default(),
            arrived: Condvar::new(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("the machine gives a thread");
        let listener = runtime.block_on(TcpListener::bind(address)).expect("the receiver's address is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        let door = runtime.spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, running: Some((runtime, door)) }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for a destination's configuration.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    /// From now on each delivery is treated as `script` says; it runs after the delivery was noted.
    pub fn behave(&self, script: impl Fn(&Delivery) -> Behaviour + Send + Sync + 'static) {
        *self.shared.script.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(Box::new(script));
    }

    /// Every delivery so far, in order of arrival, also those it then failed.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.list().clone()
    }

    /// How many deliveries arrived so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shared.list().len()
    }

    /// The distinct `webhook-id`s so far.
    #[must_use]
    pub fn ids(&self) -> BTreeSet<String> {
        self.shared.list().iter().map(|delivery| delivery.id().to_owned()).collect()
    }

    /// Forgets what arrived.
    pub fn forget(&self) {
        self.shared.list().clear();
    }

    /// Waits until the deliveries satisfy `condition`; false when that takes longer than `patience`.
    #[must_use]
    pub fn wait_until(&self, patience: Duration, condition: impl Fn(&[Delivery]) -> bool) -> bool {
        let waiting = self.shared.arrived.wait_timeout_while(self.shared.list(), patience, |list| !condition(list));
        condition(&waiting.unwrap_or_else(PoisonError::into_inner).0)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some((runtime, door)) = self.running.take() {
            // The listener goes first: a peer whose connection is cut must not get a new one.
            door.abort();
            let _ = runtime.block_on(door);
            runtime.shutdown_timeout(SHUTDOWN_MAX);
        }
    }
}

impl Shared {
    fn list(&self) -> MutexGuard<'_, Vec<Delivery>> {
        self.deliveries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, target: String, headers: HeaderMap, body: Bytes) -> Behaviour {
        let signature = match &self.secret {
            Some(secret) => standard_webhooks::check(secret, &headers, &body),
            None => Signature::NotChecked,
        };
        let delivery = {
            let mut list = self.list();
            let delivery = Delivery { number: list.len(), at: Instant::now(), target, headers, body, signature };
            list.push(delivery.clone());
            delivery
        };
        self.arrived.notify_all();
        let script = Arc::clone(&self.script.lock().unwrap_or_else(PoisonError::into_inner));
        script(&delivery)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&shared)));
        }
    }
}

/// Serves one connection. Ending it in the middle is how an answer is withheld: hyper then closes the socket.
async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let service = hyper::service::service_fn(move |request| answer(request, Arc::clone(&shared)));
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// The connection is to be dropped without an answer.
#[derive(Debug)]
struct HangUp;

impl std::fmt::Display for HangUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("hang up")
    }
}

impl std::error::Error for HangUp {}

async fn answer(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Full<Bytes>>, HangUp> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| HangUp)?.to_bytes();
    let response = Response::builder();
    let response = match shared.note(head.uri.to_string(), head.headers, body) {
        Behaviour::Answer(status) => response.status(status).body(Full::default()),
        Behaviour::AskToWait(status, seconds) => {
            response.status(status).header("retry-after", seconds).body(Full::default())
        }
        Behaviour::AnswerLate(status, after) => {
            tokio::time::sleep(after).await;
            response.status(status).body(Full::default())
        }
        Behaviour::Say(body) => response.body(Full::new(body)),
        Behaviour::Hang => never(std::future::pending().await),
        Behaviour::Drop => return Err(HangUp),
    };
    Ok(response.expect("a script gives a valid status"))
}

fn never<T>(never: Infallible) -> T {
    match never {}
}
