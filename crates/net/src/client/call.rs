//! One call: a request out, an answer back.

use bytes::Bytes;
use http::header::HOST;
use http::response::Parts;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::time::timeout_at;

use super::connection::{Connection, Excerpt};
use super::failure::{ClientError, Failure};
use super::target::Target;
use super::timings::{Progress, Timings};

/// A request to be sent. `host` and `content-length` are set by the client.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Whether the receiver can be sent it twice without harm: by its method (GET, PUT), or because it carries an id
    /// that the receiver knows again. See [`Target::send`].
    pub repeatable: bool,
}

/// A connection, and the answer whose body is still in it.
type Asked = (Box<Connection>, Response<Incoming>);

/// What came back. Its status is said before its body is: an answer whose body breaks off, or is late, is an answer.
#[derive(Debug)]
pub struct Answer {
    /// The status. A redirect is an answer like any other.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body's start, at most `answer_bytes_max`.
    pub excerpt: Bytes,
    /// Whether the body was longer than the excerpt.
    pub cut: bool,
    /// What kept the rest of the body away, where something did: it broke off, or was late.
    pub unread: Option<ClientError>,
    /// How long each step took.
    pub timings: Timings,
}

impl Answer {
    /// The answer, for whoever needs its body to the end.
    ///
    /// # Errors
    /// [`Failure`]: the body broke off, or was late.
    pub fn whole(mut self) -> Result<Self, Failure> {
        match self.unread.take() {
            Some(error) => Err(Failure { error, timings: self.timings }),
            None => Ok(self),
        }
    }
}

impl Target {
    /// Sends a request and reads the answer, within `time_max` overall. Dropping the future abandons the call.
    ///
    /// A pooled connection may have been closed by its peer in the very moment it is used again: the request goes out
    /// and no byte comes back. A repeatable request is then sent once more, over a new connection. That is safe for the
    /// receiver, who in nearly all cases never read the first, and otherwise knows it again; and it keeps an ordinary
    /// keep-alive timeout from looking like a failure. A connection on which a byte of an answer came is never retried,
    /// nor is a new one.
    ///
    /// # Errors
    /// [`Failure`]: what went wrong before an answer came, when, and how long the steps before took. An answer longer
    /// than allowed is no error: it is cut. Nor is one that breaks off: [`Answer::whole`] asks for its end.
    pub async fn send(&self, outgoing: Outgoing) -> Result<Answer, Failure> {
        let mut progress = Progress::new();
        let deadline = progress.began + self.client.inner.limits.time_max;
        let asked = timeout_at(deadline, self.ask(outgoing, &mut progress)).await;
        let asked = asked.unwrap_or_else(|_| Err(ClientError::TimedOut(progress.step)));
        let (mut connection, answer) = asked.map_err(|error| Failure { error, timings: progress.timings })?;
        let (head, body) = answer.into_parts();
        let excerpt = connection.read(body, &self.client.inner.limits, deadline).await;
        Ok(self.finish(connection, (head, excerpt), &progress).await)
    }

    /// Sends a request and waits for the answer's header.
    async fn ask(&self, outgoing: Outgoing, progress: &mut Progress) -> Result<Asked, ClientError> {
        let Some(mut connection) = self.pool.take(progress.began).await else {
            return self.ask_anew(outgoing, progress).await;
        };
        let again = outgoing.repeatable.then(|| outgoing.clone());
        match (connection.exchange(self.request(outgoing), progress).await, again) {
            (Err(ClientError::Broken(_)), Some(again)) if !connection.has_heard() => {
                drop(connection);
                self.ask_anew(again, progress).await
            }
            (answer, _) => Ok((connection, answer?)),
        }
    }

    async fn ask_anew(&self, outgoing: Outgoing, progress: &mut Progress) -> Result<Asked, ClientError> {
        let mut connection = self.client.inner.connector.connect(&self.origin, progress).await?;
        let answer = connection.exchange(self.request(outgoing), progress).await?;
        Ok((connection, answer))
    }

    fn request(&self, outgoing: Outgoing) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(outgoing.body));
        *request.method_mut() = outgoing.method;
        *request.uri_mut() = self.path.clone();
        *request.headers_mut() = outgoing.headers;
        request.headers_mut().insert(HOST, self.authority.clone());
        request
    }

    /// Puts the connection back, unless part of the answer is still in it.
    async fn finish(&self, connection: Box<Connection>, (head, read): (Parts, Excerpt), progress: &Progress) -> Answer {
        if read.ended {
            self.pool.keep(connection, progress.answered).await;
        }
        Answer {
            status: head.status,
            headers: head.headers,
            excerpt: read.bytes,
            cut: read.cut,
            unread: read.unread,
            timings: progress.timings,
        }
    }
}
