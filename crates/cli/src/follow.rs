//! Follows a gateway's events over its stream of server-sent events, and comes back by itself after a break.
//!
//! The stream is read here, not through the calling client, because it has no end. It speaks plain HTTP, as the admin
//! listener does.

use std::io;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use http::header::{ACCEPT, AUTHORIZATION, HOST};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

use crate::client::{Answering, Client, sentence};
use crate::complaint::Complaint;
use crate::output;

/// Longest silence: the gateway sends a comment every 15 s, so three missed ones mean that nobody is there.
const SILENCE_MAX: Duration = Duration::from_secs(50);
/// Wait before coming back.
const COME_BACK_AFTER: Duration = Duration::from_secs(2);
/// Longest wait for a connection and for the head of the answer.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Largest single message; an event is a few KiB.
const MESSAGE_BYTES_MAX: usize = 4 << 20;

/// Most of a refusal that is read.
const REFUSAL_BYTES_MAX: usize = 64 << 10;

/// What to follow, and from where.
pub(crate) struct Follow {
    pub(crate) client: Client,
    /// The row after which to begin; from now on when absent.
    pub(crate) since: Option<String>,
}

/// Why a stream ended.
enum Ending {
    /// The connection broke or fell silent: come back.
    Broken(String),
    /// Whoever reads our output is gone.
    NoReader,
    /// Coming back would not help.
    Refused(Complaint),
}

/// Hands every event to `show`, until that fails because nobody reads any more. A break is said, and what came in
/// between is caught up.
pub(crate) async fn events(mut follow: Follow, show: impl Fn(&Value) -> io::Result<()>) -> anyhow::Result<()> {
    let mut connected_before = false;
    loop {
        match follow.once(&show, &mut connected_before).await {
            Ending::NoReader => return Ok(()),
            Ending::Refused(complaint) => return Err(complaint.into()),
            Ending::Broken(why) if !connected_before => {
                let hint = "start a gateway with `payhook serve`, or name its admin address with --url";
                return Err(Complaint::failed(format!("cannot follow: {why}"), hint).into());
            }
            Ending::Broken(why) => output::note(&format!("lost the gateway ({why}); coming back")),
        }
        tokio::time::sleep(COME_BACK_AFTER).await;
    }
}

impl Follow {
    async fn once(&mut self, show: &impl Fn(&Value) -> io::Result<()>, connected: &mut bool) -> Ending {
        let mut body = match timeout(CONNECT_MAX, self.connect()).await {
            Ok(Ok(body)) => body,
            Ok(Err(ending)) => return ending,
            Err(_) => return Ending::Broken("no answer in time".to_owned()),
        };
        *connected = true;
        let mut buffer = BytesMut::new();
        loop {
            let frame = match timeout(SILENCE_MAX, body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(error))) => return Ending::Broken(error.to_string()),
                Ok(None) => return Ending::Broken("it closed the stream".to_owned()),
                Err(_) => return Ending::Broken("it fell silent".to_owned()),
            };
            if let Ok(data) = frame.into_data() {
                buffer.extend_from_slice(&data);
            }
            while let Some(message) = next_message(&mut buffer) {
                if self.take(&message, show).is_err() {
                    return Ending::NoReader;
                }
            }
            if buffer.len() > MESSAGE_BYTES_MAX {
                return Ending::Broken("a message beyond all bounds".to_owned());
            }
        }
    }

    fn take(&mut self, message: &Message, show: &impl Fn(&Value) -> io::Result<()>) -> io::Result<()> {
        if let Ok(event) = serde_json::from_str(&message.data) {
            show(&event)?;
        }
        if let Some(id) = &message.id {
            self.since = Some(id.clone());
        }
        Ok(())
    }

    async fn connect(&self) -> Result<Incoming, Ending> {
        let refused = |what: &str, hint: &str| Ending::Refused(Complaint::failed(what, hint));
        let query = [("since", self.since.as_deref())];
        let url = self.client.address("/api/v1/events/stream", &query);
        if url.scheme() != "http" {
            return Err(refused("events can be followed over plain http only", "tunnel to the admin listener: ssh -L"));
        }
        match self.client.addressee().await.map_err(|error| Ending::Broken(error.to_string()))? {
            Answering::Gateway => {}
            Answering::Other => return Err(Ending::Refused(self.client.is_other())),
            Answering::Nobody(error) => return Err(Ending::Broken(error.to_string())),
        }
        let answer = self.ask(&url).await.map_err(|error| Ending::Broken(error.to_string()))?;
        match answer.status() {
            StatusCode::OK => Ok(answer.into_body()),
            StatusCode::UNAUTHORIZED => Err(refused("the gateway does not know this token", "set PAYHOOK_TOKEN")),
            StatusCode::CONFLICT => {
                let said = said(answer).await.unwrap_or_else(|| "the gateway does not know this place".to_owned());
                Err(refused(&said, "`payhook events list` shows the newest; say --since with its row, or leave it out"))
            }
            StatusCode::BAD_REQUEST => Err(refused("the gateway does not know this row", "write --since seq_100")),
            status if status.is_server_error() => Err(Ending::Broken(status.to_string())),
            status => Err(refused(&format!("the gateway answered {status}"), "is this its admin address?")),
        }
    }

    async fn ask(&self, url: &Url) -> anyhow::Result<http::Response<Incoming>> {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or(80);
        let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // Ends with the stream: either side closing it is seen by the reader.
        tokio::spawn(connection);
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let request = Request::get(target)
            .header(HOST, format!("{host}:{port}"))
            .header(ACCEPT, "text/event-stream")
            .header(AUTHORIZATION, self.client.bearer())
            .body(Empty::<bytes::Bytes>::new())?;
        Ok(sender.send_request(request).await?)
    }
}

/// The sentence of a refusal.
async fn said(answer: http::Response<Incoming>) -> Option<String> {
    let body = Limited::new(answer.into_body(), REFUSAL_BYTES_MAX).collect().await.ok()?.to_bytes();
    sentence(&serde_json::from_slice(&body).ok()?)
}

/// One message of the stream.
#[derive(Debug, Default, PartialEq, Eq)]
struct Message {
    id: Option<String>,
    data: String,
}

/// Takes the next whole message off the buffer: lines up to an empty one. Comments make an empty message.
fn next_message(buffer: &mut BytesMut) -> Option<Message> {
    let end = buffer.windows(2).position(|pair| pair == b"\n\n")?;
    let text = String::from_utf8_lossy(&buffer[..end]).into_owned();
    buffer.advance(end + 2);
    let mut message = Message::default();
    for line in text.lines() {
        if let Some(id) = line.strip_prefix("id:") {
            message.id = Some(id.trim().to_owned());
        } else if let Some(data) = line.strip_prefix("data:") {
            message.data.push_str(data.strip_prefix(' ').unwrap_or(data));
        }
    }
    Some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_taken_whole_however_they_arrive() {
        let mut buffer = BytesMut::new();
        let mut found = Vec::new();
        for part in [": keep-alive\n\nid: seq_1\nda", "ta: {\"a\":1}\n", "\nid:seq_2\ndata:{}\n\nid: seq_3"] {
            buffer.extend_from_slice(part.as_bytes());
            found.extend(std::iter::from_fn(|| next_message(&mut buffer)));
        }
        let message = |id: &str, data: &str| Message { id: Some(id.to_owned()), data: data.to_owned() };
        assert_eq!(found, [Message::default(), message("seq_1", "{\"a\":1}"), message("seq_2", "{}")]);
    }
}
