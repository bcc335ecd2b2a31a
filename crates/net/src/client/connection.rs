//! One HTTP/1.1 connection to a receiver, driven by the very task whose call it serves.
//!
//! The usual arrangement spawns a task per connection and passes requests and answers between tasks. One call at a time
//! needs none of that: the calling task polls the connection while it waits, which saves two wake-ups per call, and
//! dropping the call drops the connection with it. The price: an idle connection is polled by nobody, so that its peer
//! has closed it is found when it is taken from the pool.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Body, Frame, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, timeout_at};

use super::failure::{ClientError, Step};
use super::stream::{Meter, Stream};
use super::timings::Progress;
use crate::ClientLimits;

/// hyper refuses smaller buffers.
const BUFFER_BYTES_MIN: usize = 8 * 1024;

/// One connection.
pub(super) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    wire: http1::Connection<TokioIo<Stream>, Full<Bytes>>,
    meter: Arc<Meter>,
    opened: Instant,
}

/// The start of an answer's body.
pub(super) struct Excerpt {
    /// At most `kept_max` bytes.
    pub(super) bytes: Bytes,
    /// Whether there was more.
    pub(super) cut: bool,
    /// Whether the body was read to its end, without which the connection is of no further use.
    pub(super) ended: bool,
    /// What ended the reading too early.
    pub(super) unread: Option<ClientError>,
}

impl Connection {
    /// Boxed, since it goes in and out of the pool with every call.
    pub(super) async fn open(
        stream: Stream,
        meter: Arc<Meter>,
        header_bytes_max: usize,
    ) -> Result<Box<Self>, ClientError> {
        let (sender, wire) = http1::Builder::new()
            .max_buf_size(header_bytes_max.max(BUFFER_BYTES_MIN))
            .max_header_size(header_bytes_max)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|_| ClientError::Broken(Step::Connect))?;
        Ok(Box::new(Self { sender, wire, meter, opened: Instant::now() }))
    }

    /// How long it has been open at `now`.
    pub(super) fn age(&self, now: Instant) -> Duration {
        now.duration_since(self.opened)
    }

    /// Whether it can take a request: the last answer is through, and the peer has not closed it meanwhile.
    pub(super) async fn is_ready(&mut self) -> bool {
        poll_fn(|cx| Poll::Ready(!self.has_ended(cx))).await && self.sender.is_ready()
    }

    /// Whether the last answer is through and another request could follow. Most are through with their last byte, and
    /// the connection needs no further turn to notice.
    pub(super) async fn is_done(&mut self) -> bool {
        self.sender.is_ready() || self.is_ready().await
    }

    /// Whether the peer has said anything since the last request was begun.
    pub(super) fn has_heard(&self) -> bool {
        self.meter.has_heard()
    }

    /// Sends a request and waits for the answer's header.
    pub(super) async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
        progress: &mut Progress,
    ) -> Result<Response<Incoming>, ClientError> {
        self.meter.reset();
        progress.step = Step::Send;
        let mut sent_at = None;
        let mut answer = pin!(self.sender.try_send_request(request));
        let (wire, meter) = (&mut self.wire, &self.meter);
        let answered = poll_fn(|cx| {
            let ended = Pin::new(&mut *wire).poll(cx).is_ready();
            if let Poll::Ready(answered) = answer.as_mut().poll(cx) {
                return Poll::Ready(answered.map_err(|error| Some(error.into_error())));
            }
            if meter.take_wrote() {
                sent_at = Some(Instant::now());
            }
            progress.step = if meter.is_blocked() { Step::Send } else { Step::Wait };
            if ended { Poll::Ready(Err(None)) } else { Poll::Pending }
        })
        .await;
        match answered {
            Ok(response) => {
                progress.answered = Instant::now();
                let sent_at = sent_at.unwrap_or(progress.answered);
                progress.timings.first_byte = Some(progress.answered.duration_since(sent_at));
                Ok(response)
            }
            Err(Some(error)) if error.is_parse() => Err(ClientError::NotHttp),
            Err(_) => Err(ClientError::Broken(progress.step)),
        }
    }

    /// Keeps the body's first bytes, and reads on to its end, as far as the limits and the time allow.
    pub(super) async fn read(&mut self, mut body: Incoming, limits: &ClientLimits, deadline: Instant) -> Excerpt {
        let (kept_max, mut kept, mut read) = (limits.answer_bytes_max, Vec::new(), 0_usize);
        let (ended, unread) = loop {
            let frame = match timeout_at(deadline, self.frame(&mut body)).await {
                Ok(None) => break (true, None),
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(_))) => break (false, Some(ClientError::Broken(Step::Read))),
                Err(_) => break (false, Some(ClientError::TimedOut(Step::Read))),
            };
            let Ok(data) = frame.into_data() else { continue };
            read = read.saturating_add(data.len());
            kept.extend_from_slice(&data[..data.len().min(kept_max - kept.len())]);
            if read > limits.answer_read_max {
                break (false, None);
            }
        };
        Excerpt { cut: read > kept.len(), bytes: kept.into(), ended, unread }
    }

    /// The next piece of a body; nothing at its end.
    async fn frame(&mut self, body: &mut Incoming) -> Option<hyper::Result<Frame<Bytes>>> {
        poll_fn(|cx| {
            if let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) {
                return Poll::Ready(frame);
            }
            let ended = self.has_ended(cx);
            match Pin::new(&mut *body).poll_frame(cx) {
                Poll::Pending if ended => Poll::Ready(None),
                frame => frame,
            }
        })
        .await
    }

    fn has_ended(&mut self, cx: &mut Context<'_>) -> bool {
        Pin::new(&mut self.wire).poll(cx).is_ready()
    }
}
