//! One call: a request out, an answer back.

use bytes::Bytes;
use http::header::HOST;
use http::response::Parts;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::Full;
use tokio::time::timeout_at;

use super::connection::{Connection, Excerpt};
use super::failure::{ClientError, Failure, Step};
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

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status. A redirect is an answer like any other.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body's start, at most `answer_bytes_max`.
    pub excerpt: Bytes,
    /// Whether the body was longer than the excerpt.
    pub cut: bool,
    /// How long each step took.
    pub timings: Timings,
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
    /// [`Failure`]: what went wrong, when, and how long the steps before took. An answer longer than allowed is no
    /// error: it is cut.
    pub async fn send(&self, outgoing: Outgoing) -> Result<Answer, Failure> {
        let mut progress = Progress::new();
        let deadline = progress.began + self.client.inner.limits.time_max;
        let call = timeout_at(deadline, self.send_untimed(outgoing, &mut progress)).await;
        let answered = call.unwrap_or_else(|_| Err(ClientError::TimedOut(progress.step)));
        answered.map_err(|error| Failure { error, timings: progress.timings })
    }

    async fn send_untimed(&self, outgoing: Outgoing, progress: &mut Progress) -> Result<Answer, ClientError> {
        if let Some(mut connection) = self.pool.take(progress.began).await {
            let again = outgoing.repeatable.then(|| outgoing.clone());
            match (self.call(&mut connection, outgoing, progress).await, again) {
                (Err(ClientError::Broken(_)), Some(again)) if !connection.has_heard() => {
                    drop(connection);
                    self.call_anew(again, progress).await
                }
                (Ok(called), _) => Ok(self.finish(connection, called, progress).await),
                (Err(error), _) => Err(error),
            }
        } else {
            self.call_anew(outgoing, progress).await
        }
    }

    async fn call_anew(&self, outgoing: Outgoing, progress: &mut Progress) -> Result<Answer, ClientError> {
        let mut connection = self.client.inner.connector.connect(&self.origin, progress).await?;
        let called = self.call(&mut connection, outgoing, progress).await?;
        Ok(self.finish(connection, called, progress).await)
    }

    async fn call(
        &self,
        connection: &mut Connection,
        outgoing: Outgoing,
        progress: &mut Progress,
    ) -> Result<(Parts, Excerpt), ClientError> {
        let limits = &self.client.inner.limits;
        let mut request = Request::new(Full::new(outgoing.body));
        *request.method_mut() = outgoing.method;
        *request.uri_mut() = self.path.clone();
        *request.headers_mut() = outgoing.headers;
        request.headers_mut().insert(HOST, self.authority.clone());
        let (head, body) = connection.exchange(request, progress).await?.into_parts();
        progress.step = Step::Read;
        let excerpt = connection.read(body, limits.answer_bytes_max, limits.answer_read_max).await?;
        Ok((head, excerpt))
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
            timings: progress.timings,
        }
    }
}
