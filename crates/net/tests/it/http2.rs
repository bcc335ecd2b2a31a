//! HTTP/2, known beforehand or agreed on over TLS.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use payhook_net::Incoming;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::stage::{PATIENCE, Running};

/// An HTTP/2 client over any stream, and its connection, which ends when the server ends it.
pub(crate) async fn speak<S>(stream: S) -> (SendRequest<Full<Bytes>>, JoinHandle<()>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("HTTP/2");
    (sender, tokio::spawn(async { drop(connection.await) }))
}

pub(crate) async fn post(sender: &SendRequest<Full<Bytes>>, path: &str, body: &'static str) -> String {
    let request = Request::post(format!("http://localhost{path}")).body(Full::from(body)).expect("a request");
    text(sender.clone().send_request(request).await.expect("an answer")).await
}

async fn text(response: Response<Incoming>) -> String {
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    format!("{status} {}", String::from_utf8_lossy(&body))
}

async fn connect(server: &Running) -> (SendRequest<Full<Bytes>>, JoinHandle<()>) {
    speak(TcpStream::connect(server.address).await.expect("connects")).await
}

#[tokio::test]
async fn requests_share_a_connection_without_waiting_for_each_other() {
    let server = Running::echo();
    let (sender, _connection) = connect(&server).await;
    let began = tokio::time::Instant::now();
    let slow = post(&sender, "/slow", "one");
    let quick = async {
        let answer = post(&sender, "/quick", "two").await;
        assert!(began.elapsed() < crate::stage::Echo::SLOW);
        answer
    };
    let (slow, quick) = tokio::join!(slow, quick);
    assert_eq!((slow.as_str(), quick.as_str()), ("200 POST /slow one", "200 POST /quick two"));
}

#[tokio::test]
async fn a_panic_costs_its_own_request_only() {
    let server = Running::patient_echo();
    let (sender, _connection) = connect(&server).await;
    assert_eq!(post(&sender, "/panic", "").await, r#"500 {"error":{"status":500}}"#);
    assert_eq!(post(&sender, "/after", "x").await, "200 POST /after x");
}

#[tokio::test]
async fn headers_and_bodies_are_bounded_too() {
    let server = Running::echo();
    let (sender, _connection) = connect(&server).await;
    let body = Full::from("x".repeat(crate::stage::Echo::BODY_BYTES_MAX + 1));
    let request = Request::post("http://localhost/").body(body).expect("a request");
    assert!(text(sender.clone().send_request(request).await.expect("an answer")).await.starts_with("413 "));
    let mut request = Request::post("http://localhost/");
    for field in 0..101 {
        request = request.header(format!("x-{field}"), "y");
    }
    let request = request.body(Full::default()).expect("a request");
    let answer = text(sender.clone().send_request(request).await.expect("an answer")).await;
    assert_eq!(answer, r#"431 {"error":{"status":431}}"#);
    let request = Request::post("http://localhost/").header("x", "y".repeat(17 * 1024)).body(Full::default());
    let response = sender.clone().send_request(request.expect("a request")).await;
    assert!(response.is_err() || response.is_ok_and(|response| response.status() == 431));
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let server = Running::echo();
    let (sender, connection) = connect(&server).await;
    assert_eq!(post(&sender, "/a", "x").await, "200 POST /a x");
    timeout(PATIENCE, connection).await.expect("ends").expect("no panic");
}

#[tokio::test]
async fn a_stopping_server_finishes_the_requests_in_flight() {
    let server = Running::echo();
    let (sender, connection) = connect(&server).await;
    let slow = tokio::spawn(async move { post(&sender, "/slow", "x").await });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let server = server.tell_to_stop();
    assert_eq!(slow.await.expect("no panic"), "200 POST /slow x");
    assert_eq!(server.await.expect("ends").connections_cut, 0);
    timeout(PATIENCE, connection).await.expect("ends").expect("no panic");
}
