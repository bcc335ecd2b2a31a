//! The client and receivers that behave.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use payhook_net::{
    Body, Client, ClientLimits, ClientSettings, Guard, Handler, Incoming, Limits, Outgoing, Target, Trust,
};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::stage::{Echo, PATIENCE, Raw, Running, SHORT, loopback};

pub(crate) fn guard() -> Guard {
    Guard::new(vec!["127.0.0.0/8".parse().expect("a net")])
}

pub(crate) fn client_over(trust: Trust) -> Client {
    Client::new(ClientSettings { guard: guard(), trust, ..ClientSettings::default() })
}

pub(crate) fn target_within(limits: ClientLimits, address: SocketAddr, path: &str) -> Target {
    let client = Client::new(ClientSettings { guard: guard(), limits, ..ClientSettings::default() });
    client.target(&format!("http://{address}{path}").parse().expect("a URL")).expect("allowed")
}

pub(crate) fn target(address: SocketAddr, path: &str) -> Target {
    target_within(ClientLimits::default(), address, path)
}

pub(crate) fn call(body: impl Into<Bytes>) -> Outgoing {
    Outgoing { method: Method::POST, headers: HeaderMap::new(), body: body.into(), repeatable: true }
}

/// Answers with what it was sent and how many it has answered.
#[derive(Clone, Default)]
struct Mirror(Arc<AtomicUsize>);

impl Handler for Mirror {
    async fn handle(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        let text = format!("{count} {} {} {:?}", peer.port(), request.uri(), request.headers());
        let mut response = Response::new(Body::from(text));
        match request.uri().path() {
            "/redirect" => {
                *response.status_mut() = http::StatusCode::TEMPORARY_REDIRECT;
                response.headers_mut().insert("location", HeaderValue::from_static("/elsewhere"));
            }
            "/long" => *response.body_mut() = vec![b'x'; 20_000].into(),
            "/endless" => *response.body_mut() = vec![b'x'; 1_000_000].into(),
            _ => {}
        }
        response
    }
}

/// The port a call came from: the same for calls over one connection.
async fn port_of(target: &Target) -> String {
    let answer = target.send(call("")).await.expect("an answer");
    String::from_utf8_lossy(&answer.excerpt).split(' ').nth(1).expect("a port").to_owned()
}

#[tokio::test]
async fn a_call_arrives_as_it_was_made() {
    let server = Running::start(SHORT, None, Mirror::default());
    let mut outgoing = call("body");
    outgoing.headers.insert("x-mine", HeaderValue::from_static("1"));
    outgoing.headers.insert("host", HeaderValue::from_static("elsewhere"));
    let answer = target(server.address, "/a%20b?c=d").send(outgoing).await.expect("an answer");
    let seen = String::from_utf8_lossy(&answer.excerpt).into_owned();
    assert!(seen.contains("/a%20b?c=d"), "{seen}");
    assert!(seen.contains(r#""x-mine": "1""#) && seen.contains(r#""content-length": "4""#), "{seen}");
    assert!(seen.contains(&format!(r#""host": "{}""#, server.address)), "{seen}");
}

#[tokio::test]
async fn a_connection_is_used_again_and_only_the_first_call_pays_for_it() {
    let server = Running::start(SHORT, None, Echo);
    let target = target(server.address, "/a");
    let first = target.send(call("1")).await.expect("an answer").timings;
    let second = target.send(call("2")).await.expect("an answer").timings;
    assert!(first.connect.is_some() && first.first_byte.is_some() && first.dns.is_none() && first.tls.is_none());
    assert!(second.connect.is_none() && second.first_byte.is_some());
}

#[tokio::test]
async fn concurrent_calls_have_a_connection_each_and_few_are_kept() {
    let server = Running::start(SHORT, None, Mirror::default());
    let limits = ClientLimits { idle_connections_max: 1, ..ClientLimits::default() };
    let target = target_within(limits, server.address, "/");
    let (a, b) = tokio::join!(port_of(&target), port_of(&target));
    assert_ne!(a, b);
    let (c, d) = tokio::join!(port_of(&target), port_of(&target));
    assert_eq!([&c, &d].iter().filter(|port| [&a, &b].contains(port)).count(), 1, "{a} {b} {c} {d}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let mirror = Mirror::default();
    let server = Running::start(SHORT, None, mirror.clone());
    let answer = target(server.address, "/redirect").send(call("")).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), &answer.headers["location"]), (307, &HeaderValue::from_static("/elsewhere")));
    assert_eq!(mirror.0.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_long_answer_is_cut_and_an_endless_one_costs_its_connection() {
    let server = Running::start(SHORT, None, Mirror::default());
    let client = client_over(Trust::system());
    let at =
        |path| client.target(&format!("http://{}{path}", server.address).parse().expect("a URL")).expect("allowed");
    let before = port_of(&at("/")).await;
    let long = at("/long").send(call("")).await.expect("an answer");
    assert!(long.cut && long.excerpt == vec![b'x'; 1_024]);
    assert_eq!(port_of(&at("/")).await, before, "read to its end");
    let endless = at("/endless").send(call("")).await.expect("an answer");
    assert!(endless.cut && endless.excerpt == vec![b'x'; 1_024]);
    assert_ne!(port_of(&at("/")).await, before, "not read to its end");
}

#[tokio::test]
async fn an_idle_connection_is_closed_though_nobody_calls_again() {
    let listener = TcpListener::bind(loopback()).await.expect("a free port");
    let limits = ClientLimits { idle_time_max: Duration::from_millis(200), ..ClientLimits::default() };
    let target = target_within(limits, listener.local_addr().expect("bound"), "/");
    let receiver = async {
        let mut raw = Raw(listener.accept().await.expect("accepts").0);
        raw.hear("\r\n\r\n").await;
        raw.say("HTTP/1.1 204 No Content\r\n\r\n").await;
        tokio::time::timeout(PATIENCE, raw.0.read(&mut [0; 1])).await.expect("closed").expect("properly")
    };
    let (answer, heard) = tokio::join!(target.send(call("")), receiver);
    assert_eq!((answer.expect("an answer").status.as_u16(), heard), (204, 0));
}

#[tokio::test]
async fn a_connection_that_is_never_idle_is_opened_anew_when_it_is_old() {
    let server = Running::start(Limits { idle_time_max: PATIENCE, ..SHORT }, None, Mirror::default());
    let limits = ClientLimits { age_max: Duration::from_secs(2), ..ClientLimits::default() };
    let target = target_within(limits, server.address, "/");
    let first = port_of(&target).await;
    tokio::time::sleep(limits.age_max).await;
    assert_eq!(port_of(&target).await, first, "it was young when it was put back");
    assert_ne!(port_of(&target).await, first, "the name may lead elsewhere by now");
}

#[tokio::test]
async fn an_abandoned_call_closes_its_connection() {
    let listener = TcpListener::bind(loopback()).await.expect("a free port");
    let target = target(listener.local_addr().expect("bound"), "/");
    let calling = tokio::spawn(async move { target.send(call("")).await });
    let mut raw = Raw(listener.accept().await.expect("accepts").0);
    raw.hear("\r\n\r\n").await;
    calling.abort();
    assert_eq!(raw.hear_all().await, "");
}
