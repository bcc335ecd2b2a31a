//! The door of the public listener: finds the source, holds the bounds, reads the body, answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use hyper::body::Incoming;
use payhook_domain::error::Code;
use payhook_domain::time::Timestamp;
use payhook_domain::verdict::Unverified;
use payhook_net::{Body, BodyError, BudgetGuard, Handler};
use payhook_provider::{Ack, RawRequest, Refused};
use tokio::sync::SemaphorePermit;
use tracing::Level;

use super::answer::Answer;
use super::readers::is_forwarded;
use super::record::{Received, Settled, SharedRefusals, quarantine, record};
use crate::gateway::Gateway;
use crate::plan::{Bounds, Plan, Source};
use crate::readiness;
use crate::telemetry::metrics;

/// Longest a body may take to arrive. Providers send a few kilobytes from data centres and give up after 10 s.
const BODY_TIME_MAX: Duration = Duration::from_secs(10);

/// Serves the public listener.
#[derive(Clone)]
pub(crate) struct Door {
    gateway: Arc<Gateway>,
    refusals: SharedRefusals,
}

impl Door {
    pub(crate) fn new(gateway: Arc<Gateway>) -> Self {
        Self { gateway, refusals: SharedRefusals::default() }
    }
}

impl Handler for Door {
    async fn handle(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        let in_hand = InHand::new(&self.gateway);
        let plan = self.gateway.plan.load_full();
        let response = match plan.by_path.get(without_trailing_slash(request.uri().path())) {
            Some(position) => self.knock(&plan, *position, request, peer).await,
            None => self.elsewhere(&request, peer),
        };
        drop(in_hand);
        response
    }
}

impl Door {
    /// Everything that is not a source.
    fn elsewhere(&self, request: &Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        let answer = match (request.uri().path(), request.method()) {
            ("/healthz", &Method::GET | &Method::HEAD) => {
                // Whoever asks here is told yes or no, and nothing of why: that is for the admin listener.
                let lives = readiness::against_life(&self.gateway.store.health()).is_empty();
                let (status, body) = if lives { (200, "ok\n") } else { (503, "unavailable\n") };
                let ack = Ack { status, content_type: "text/plain", body: body.into() };
                return Answer::accepted(ack).into_response();
            }
            ("/healthz", _) => Answer::refused(Code::MethodNotAllowed),
            _ => Answer::refused(Code::UnknownSource),
        };
        let settled = Settled { answer, verdicts: Vec::new(), event: None, unproved: None };
        self.tell(None, &settled, Telling { started: self.gateway.clock.now(), bytes: 0, peer });
        settled.answer.into_response()
    }

    /// A request at a source's path.
    async fn knock(
        &self,
        plan: &Arc<Plan>,
        position: usize,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Response<Body> {
        let source = &plan.sources[position];
        let started = self.gateway.clock.now();
        if let Some(answer) = challenged(source, &request, peer) {
            let settled = Settled { answer, verdicts: Vec::new(), event: None, unproved: None };
            self.tell(Some(source), &settled, Telling { started, bytes: 0, peer });
            return settled.answer.into_response();
        }
        let mut telling = Telling { started, bytes: 0, peer };
        let settled = match self.let_in(source, request, peer).await {
            Ok((received, _held)) => {
                telling.started = received.at;
                telling.bytes = received.body.len();
                record(&self.gateway, plan, position, &self.refusals, received).await
            }
            Err(code) => Settled { answer: Answer::refused(code), verdicts: Vec::new(), event: None, unproved: None },
        };
        self.tell(Some(source), &settled, telling);
        settled.answer.into_response()
    }

    /// Holds every bound that comes before verification, and reads the body.
    async fn let_in<'s>(
        &self,
        source: &'s Source,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Result<(Received, Held<'s>), Code> {
        if request.method() != Method::POST {
            return Err(Code::MethodNotAllowed);
        }
        let Bounds { in_flight, readers, body_budget, foreign } = &*source.bounds;
        if !source.admits(peer.ip()) {
            foreign.note(peer.ip(), self.gateway.clock.now());
            return Err(Code::ForeignAddress);
        }
        let seat = in_flight.try_acquire().map_err(|_| Code::Overloaded)?;
        let arriving = match is_forwarded(peer.ip(), request.headers()) {
            true => None,
            false => Some(readers.begin(peer.ip()).ok_or(Code::Overloaded)?),
        };
        let (parts, body) = request.into_parts();
        if !is_readable_media_type(&parts.headers) {
            return Err(Code::UnsupportedContentType);
        }
        let bytes_max = source.settings.max_body_bytes;
        let read = payhook_net::read_body_within(body, bytes_max, BODY_TIME_MAX, body_budget);
        let (body, room) = read.await.map_err(body_code)?;
        drop(arriving);
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let received =
            Received { target, peer: Some(peer.ip()), headers: parts.headers, body, at: self.gateway.clock.now() };
        self.show_password(source, &received)?;
        Ok((received, Held { _seat: seat, _room: room }))
    }

    /// Basic authentication, where the source asks for it. What fails is quarantined like a wrong signature.
    fn show_password(&self, source: &Source, received: &Received) -> Result<(), Code> {
        let Some(expected) = &source.settings.basic_auth else { return Ok(()) };
        if expected.fits(received.headers.get(AUTHORIZATION).map(HeaderValue::as_bytes)) {
            return Ok(());
        }
        let refused = Refused {
            reason: Unverified::BasicAuth,
            code: Code::Unauthorized,
            detail: "basic_auth is configured, and the request's Authorization does not fit it".to_owned(),
            claimed: None,
        };
        quarantine(&self.gateway, source, received, &refused);
        Err(Code::Unauthorized)
    }

    /// One wide line and the counters.
    fn tell(&self, source: Option<&Source>, settled: &Settled, telling: Telling) {
        let gateway = &self.gateway;
        let now = gateway.clock.now();
        let took = now.since(telling.started);
        let (name, status) = (source.map_or("", |source| source.settings.name.as_str()), settled.answer.ack.status);
        gateway.metrics.received.get_or_create(&metrics::Answer { source: name.to_owned(), status }).inc();
        if status < 300 {
            gateway.metrics.ack_seconds.observe(took.as_secs_f64());
            source.inspect(|source| source.hears(now));
        }
        let level = if status < 300 { Level::INFO } else { Level::WARN };
        let mut line = gateway.lines.line(level, "request", now).text("source", name).number("status", status);
        if let Some(code) = settled.answer.code {
            line = line.plain("code", code.as_str());
        }
        if !settled.verdicts.is_empty() {
            line = line.text("verdicts", &summary(&settled.verdicts));
        }
        if let Some(event) = settled.event {
            line = line.plain("event", event);
        }
        if let Some(proof) = settled.unproved {
            line = line.plain("proof", proof.as_str());
        }
        line.number("bytes", telling.bytes as u64)
            .number("took_us", u64::try_from(took.as_micros()).unwrap_or(u64::MAX))
            .plain("peer", telling.peer)
            .send();
    }
}

/// What a request holds of its source's bounds until it is answered: its seat, and the room of its body.
struct Held<'s> {
    _seat: SemaphorePermit<'s>,
    _room: BudgetGuard<'s>,
}

/// What the log line tells besides the outcome.
struct Telling {
    started: Timestamp,
    bytes: usize,
    peer: SocketAddr,
}

/// Counts a request while it is in hand, also when its future is dropped.
struct InHand<'a>(&'a Gateway);

impl<'a> InHand<'a> {
    fn new(gateway: &'a Gateway) -> Self {
        gateway.metrics.in_flight.inc();
        Self(gateway)
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.0.metrics.in_flight.dec();
    }
}

fn body_code(error: BodyError) -> Code {
    match error {
        BodyError::TooLarge => Code::TooLarge,
        BodyError::Timeout => Code::Timeout,
        BodyError::NoRoom => Code::Overloaded,
        BodyError::Broken => Code::BadRequest,
    }
}

/// Each verdict once, with how often it was given: a batch of thousands is still one short line.
fn summary(verdicts: &[&'static str]) -> String {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for verdict in verdicts {
        match counted.iter_mut().find(|(word, _)| word == verdict) {
            Some((_, times)) => *times += 1,
            None => counted.push((verdict, 1)),
        }
    }
    let words: Vec<String> = counted
        .iter()
        .map(|(word, times)| if *times == 1 { (*word).to_owned() } else { format!("{word}*{times}") })
        .collect();
    words.join(",")
}

/// `/in/adyen/` is `/in/adyen`: providers' forms add a slash now and then.
fn without_trailing_slash(path: &str) -> &str {
    path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(path)
}

/// JSON, a form or XML; a request that names no type is read by its bytes.
fn is_readable_media_type(headers: &HeaderMap) -> bool {
    let request = RawRequest { target: "", headers, body: b"" };
    match request.media_type().as_str() {
        "" => !headers.contains_key("content-type"),
        "application/json" | "application/x-www-form-urlencoded" | "text/xml" | "application/soap+xml" => true,
        other => other.starts_with("application/") && other.ends_with("+json"),
    }
}

/// The body of a 500 after a panic of ours.
pub(crate) fn panic_body() -> Bytes {
    Bytes::from(Ack::refusal(Code::Internal.status(), Code::Internal).body.into_owned())
}

/// The answer to a GET by which the provider asks whether this is the right address. Nothing is stored of it.
fn challenged(source: &Source, request: &Request<Incoming>, peer: SocketAddr) -> Option<Answer> {
    if request.method() != Method::GET || !source.admits(peer.ip()) {
        return None;
    }
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let raw = RawRequest { target, headers: request.headers(), body: b"" };
    source.settings.provider.challenge(&raw, &source.settings.keys).map(Answer::accepted)
}
