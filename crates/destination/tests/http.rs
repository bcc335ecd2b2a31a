//! The HTTP destination against a real receiver that checks what it gets.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use payhook_destination::standard_webhooks::{self, Secret, Signed};
use payhook_destination::{Destination, HttpDestination, HttpSettings, Parcel};
use payhook_domain::delivery::{Attempt, Outcome};
use payhook_domain::time::Timestamp;
use payhook_net::{Body, Handler, Incoming, Server, Trust, bind, read_body};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SENT_AT: Timestamp = Timestamp::from_seconds(1_614_265_330);
const FAILED: Outcome = Outcome::Failed { retry_after: None };

/// A merchant's endpoint: refuses what is not signed, else does what the path says, and remembers the ids.
#[derive(Clone, Default)]
struct Merchant {
    seen: Arc<Mutex<Vec<String>>>,
}

impl Handler for Merchant {
    async fn handle(&self, request: Request<Incoming>, _: SocketAddr) -> Response<Body> {
        let (head, body) = request.into_parts();
        let body = read_body(body, 1_000, Duration::from_secs(5)).await.expect("a small body");
        let field =
            |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
        let message = Signed {
            id: field(standard_webhooks::ID),
            timestamp: field(standard_webhooks::TIMESTAMP),
            signatures: field(standard_webhooks::SIGNATURE),
            body: &body,
        };
        let mut response = Response::new(Body::from("thanks"));
        if Secret::parse(SECRET).expect("a secret").verify(message, SENT_AT).is_err() {
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            return response;
        }
        self.seen.lock().expect("unpoisoned").push(format!("{} {}", message.id, field("payhook-attempt")));
        match head.uri.path() {
            "/gone" => *response.status_mut() = StatusCode::GONE,
            "/busy" => {
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                response.headers_mut().insert("retry-after", HeaderValue::from_static("120"));
            }
            "/moved" => {
                *response.status_mut() = StatusCode::FOUND;
                response.headers_mut().insert("location", HeaderValue::from_static("/hook"));
            }
            "/chatty" => *response.body_mut() = "é".repeat(Attempt::EXCERPT_MAX).into(),
            "/slow" => tokio::time::sleep(Duration::from_secs(30)).await,
            _ => {}
        }
        response
    }
}

impl Merchant {
    async fn open(&self) -> SocketAddr {
        let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
        let address = listener.local_addr().expect("bound");
        tokio::spawn(Server::default().serve(listener, self.clone(), std::future::pending()));
        address
    }
}

fn destination(address: SocketAddr, path: &str, secret: Option<&str>) -> HttpDestination {
    HttpDestination::new(HttpSettings {
        url: format!("http://{address}{path}").parse().expect("a URL"),
        secret: secret.map(|secret| Secret::parse(secret).expect("a secret")),
        timeout: Duration::from_millis(500),
        allow: vec!["127.0.0.0/8".parse().expect("a net")],
        connections_idle_max: 2,
        trust: Trust::system(),
    })
    .expect("a destination")
}

fn parcel(attempt: u32) -> Parcel {
    Parcel {
        event: "evt_aaaaaaaaaaaaaaaaaaaaaaaaaa".parse().expect("an id"),
        delivery: "dlv_17_2_1".parse().expect("an id"),
        attempt,
        replay: false,
        test: false,
        sent_at: SENT_AT,
        headers: HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]),
        body: Bytes::from_static(br#"{"version":1}"#),
    }
}

#[tokio::test]
async fn a_delivery_is_believed_and_settled() {
    let merchant = Merchant::default();
    let destination = destination(merchant.open().await, "/hook", Some(SECRET));
    for attempt in [1, 2] {
        let report = destination.deliver(&parcel(attempt)).await;
        assert_eq!((report.outcome, report.status, report.error), (Outcome::Delivered, Some(200), None));
        assert_eq!(report.excerpt.as_deref(), Some("thanks"));
        assert_eq!(report.timings.connect.is_some(), attempt == 1, "the second goes over the same connection");
    }
    let id = "evt_aaaaaaaaaaaaaaaaaaaaaaaaaa";
    assert_eq!(*merchant.seen.lock().expect("unpoisoned"), [format!("{id} 1"), format!("{id} 2")]);
}

#[tokio::test]
async fn every_answer_is_an_ending() {
    let merchant = Merchant::default();
    let address = merchant.open().await;
    for (path, status, outcome) in [
        ("/gone", 410, Outcome::Rejected),
        ("/busy", 503, Outcome::Failed { retry_after: Some(Duration::from_secs(120)) }),
        ("/moved", 302, FAILED),
    ] {
        let report = destination(address, path, Some(SECRET)).deliver(&parcel(1)).await;
        assert_eq!((report.status, &report.outcome), (Some(status), &outcome), "{path}");
        assert!(report.error.expect("said").contains(&status.to_string()), "{path}");
    }
    assert_eq!(merchant.seen.lock().expect("unpoisoned").len(), 3, "the redirect was not followed");
}

#[tokio::test]
async fn a_delivery_with_another_secret_or_none_is_not_believed() {
    let address = Merchant::default().open().await;
    for secret in [Some("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"), None] {
        let report = destination(address, "/hook", secret).deliver(&parcel(1)).await;
        assert_eq!((report.outcome, report.status), (FAILED, Some(401)));
    }
}

#[tokio::test]
async fn a_long_answer_is_kept_as_a_short_text() {
    let address = Merchant::default().open().await;
    let report = destination(address, "/chatty", Some(SECRET)).deliver(&parcel(1)).await;
    assert_eq!(report.excerpt.expect("an excerpt"), "é".repeat(Attempt::EXCERPT_MAX / 2));
    assert_eq!(report.outcome, Outcome::Delivered);
}

#[tokio::test]
async fn no_answer_is_a_failure_that_says_where() {
    let merchant = Merchant::default();
    let slow = destination(merchant.open().await, "/slow", Some(SECRET)).deliver(&parcel(1)).await;
    assert_eq!((slow.outcome, slow.status), (FAILED, None));
    assert_eq!(slow.error.as_deref(), Some("timed out before an answer came"));
    let free = bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port").local_addr().expect("bound");
    let nobody = destination(free, "/hook", None).deliver(&parcel(1)).await;
    assert!(nobody.error.expect("said").starts_with("cannot connect: "));
}
