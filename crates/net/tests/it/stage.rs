//! What the tests play on: a running server, raw connections to it, and scripted receivers.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use payhook_net::{Body, BodyError, Drained, Handler, Incoming, Limits, Refusals, Server, Tls, bind, read_body};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Longer than anything here may take: a test that waits this long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Bounds that tests can wait for.
pub(crate) const SHORT: Limits = Limits {
    connections_max: 64,
    connections_per_peer_max: 64,
    header_bytes_max: 16 * 1024,
    header_count_max: 100,
    header_time_max: Duration::from_millis(300),
    idle_time_max: Duration::from_millis(600),
    write_time_max: Duration::from_millis(500),
    drain_time_max: Duration::from_secs(5),
    hand_over_time_max: Duration::from_secs(1),
    streams_max: 16,
};

pub(crate) const REFUSALS: Refusals = Refusals { content_type: "application/json", body: refusal };

fn refusal(status: StatusCode) -> Bytes {
    format!(r#"{{"error":{{"status":{}}}}}"#, status.as_u16()).into()
}

pub(crate) fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// A server under test.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    hand_over: oneshot::Sender<()>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<Drained>,
}

impl Running {
    pub(crate) fn start<H: Handler>(limits: Limits, tls: Option<Tls>, handler: H) -> Self {
        let listener = bind(loopback()).expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = oneshot::channel();
        let (hand_over, handed_over) = oneshot::channel::<()>();
        let server = Server { limits, tls, refusals: REFUSALS };
        let handed_over = async {
            if handed_over.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let server = tokio::spawn(server.serve_until(listener, handler, handed_over, async { drop(stopped.await) }));
        Self { address, hand_over, stop, server }
    }

    /// The echo handler within short bounds.
    pub(crate) fn echo() -> Self {
        Self::start(SHORT, None, Echo)
    }

    /// The echo handler, for what no bound must cut: a busy machine may wait longer between two pieces than a short one.
    pub(crate) fn patient_echo() -> Self {
        let (header_time_max, idle_time_max, write_time_max) = (PATIENCE, PATIENCE, PATIENCE);
        Self::start(Limits { header_time_max, idle_time_max, write_time_max, ..SHORT }, None, Echo)
    }

    /// Another takes its place; the sender is the stop, which must be kept.
    pub(crate) fn tell_to_hand_over(self) -> (oneshot::Sender<()>, JoinHandle<Drained>) {
        let _ = self.hand_over.send(());
        (self.stop, self.server)
    }

    pub(crate) fn tell_to_stop(self) -> JoinHandle<Drained> {
        let _ = self.stop.send(());
        self.server
    }
}

/// Answers with the request's method, path and body; `/panic`, `/slow` and `/endless` do what they say.
#[derive(Clone)]
pub(crate) struct Echo;

impl Echo {
    pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;
    pub(crate) const BODY_TIME_MAX: Duration = Duration::from_millis(300);
    pub(crate) const SLOW: Duration = Duration::from_millis(400);
}

impl Handler for Echo {
    async fn handle(&self, request: Request<Incoming>, _: SocketAddr) -> Response<Body> {
        let (head, body) = request.into_parts();
        match head.uri.path() {
            "/panic" => panic!("as asked"),
            "/slow" => tokio::time::sleep(Self::SLOW).await,
            "/endless" => std::future::pending().await,
            "/huge" => return Response::new(Body::from(vec![b'x'; 32 * 1024 * 1024])),
            "/pieces" => return Response::new(pieces(4, Duration::from_millis(250))),
            _ => {}
        }
        match read_body(body, Self::BODY_BYTES_MAX, Self::BODY_TIME_MAX).await {
            Ok(body) => {
                Response::new(format!("{} {} {}", head.method, head.uri.path(), String::from_utf8_lossy(&body)).into())
            }
            Err(error) => {
                let mut response = Response::new(Body::from(error.to_string()));
                *response.status_mut() = match error {
                    BodyError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                    BodyError::Timeout => StatusCode::REQUEST_TIMEOUT,
                    BodyError::Broken => StatusCode::BAD_REQUEST,
                    BodyError::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
                };
                response
            }
        }
    }
}

/// A body of so many pieces with a pause before each.
fn pieces(count: usize, pause: Duration) -> Body {
    let pieces = futures_util::stream::unfold(0, move |piece| async move {
        tokio::time::sleep(pause).await;
        let data = hyper::body::Frame::data(Bytes::from(format!("piece {piece}\n")));
        (piece < count).then_some((Ok::<_, io::Error>(data), piece + 1))
    });
    Body::stream(http_body_util::StreamBody::new(pieces))
}

/// A connection on which the test writes and reads the very bytes.
pub(crate) struct Raw(pub(crate) TcpStream);

impl Raw {
    pub(crate) async fn to(server: &Running) -> Self {
        Self(TcpStream::connect(server.address).await.expect("connects"))
    }

    pub(crate) async fn say(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.expect("written");
    }

    /// Reads until `text` has come.
    pub(crate) async fn hear(&mut self, text: &str) -> String {
        let mut heard = Vec::new();
        while !String::from_utf8_lossy(&heard).contains(text) {
            let mut buffer = [0; 4_096];
            let read = tokio::time::timeout(PATIENCE, self.0.read(&mut buffer)).await;
            let count = read.unwrap_or_else(|_| panic!("waited for {text:?}, heard {heard:?}")).expect("read");
            assert!(count > 0, "closed; waited for {text:?}, heard {:?}", String::from_utf8_lossy(&heard));
            heard.extend_from_slice(&buffer[..count]);
        }
        String::from_utf8(heard).expect("text")
    }

    /// Reads to the end, which must come as a proper close and not as a reset.
    pub(crate) async fn hear_all(&mut self) -> String {
        let mut heard = Vec::new();
        tokio::time::timeout(PATIENCE, self.0.read_to_end(&mut heard)).await.expect("ends").expect("no reset");
        String::from_utf8(heard).expect("text")
    }
}

/// A receiver that answers each connection by its own script, in order; then refuses.
pub(crate) struct Scripted {
    pub(crate) address: SocketAddr,
    pub(crate) done: JoinHandle<()>,
}

/// What a scripted receiver does on one connection.
pub(crate) enum Act {
    /// Takes a request for each of these, answers it, and waits for the client to close.
    Answer(&'static [&'static str]),
    /// The same, then takes one more request and closes without a word.
    AnswerThenHangUp(&'static [&'static str]),
    /// The same, then closes at once.
    AnswerThenClose(&'static [&'static str]),
    /// Never reads.
    Ignore,
}

impl Scripted {
    pub(crate) async fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind(loopback()).await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let done = tokio::spawn(async move {
            for act in acts {
                let (stream, _) = listener.accept().await.expect("accepts");
                play(Raw(stream), act).await;
            }
        });
        Self { address, done }
    }
}

async fn play(mut raw: Raw, act: Act) {
    let (answers, hangs_up, closes) = match act {
        Act::Answer(answers) => (answers, false, false),
        Act::AnswerThenHangUp(answers) => (answers, true, false),
        Act::AnswerThenClose(answers) => (answers, false, true),
        Act::Ignore => return tokio::time::sleep(PATIENCE).await,
    };
    for answer in answers {
        raw.hear("\r\n\r\n").await;
        raw.say(answer).await;
    }
    if hangs_up {
        raw.hear("\r\n\r\n").await;
    } else if !closes {
        let _ = raw.0.read(&mut [0; 1]).await;
    }
}
