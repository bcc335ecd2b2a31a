//! One connection, from its first byte to its last: TLS, then HTTP/1.1 or HTTP/2.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use futures_util::FutureExt;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::handler::Handler;
use super::post::Post;
use super::serving::Serving;
use super::wire::Wire;
use crate::limits::Limits;

/// What every HTTP/2 connection begins with (RFC 9113, section 3.4).
const HTTP2_PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// hyper's own count of header fields, kept on its stack; a higher bound costs it an allocation per request.
const HEADER_COUNT_FREE: usize = 100;

/// hyper refuses smaller buffers.
const BUFFER_BYTES_MIN: usize = 8 * 1024;

/// Bytes an HTTP/2 peer may have on the way: per request, and all together.
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;

/// Requests an HTTP/2 peer may open and reset at once before it is sent away (the "rapid reset" flood).
const PENDING_RESETS_MAX: usize = 20;

/// Both ways to speak HTTP, set up once per server.
pub(super) struct Protocols {
    http1: http1::Builder,
    http2: http2::Builder<TokioExecutor>,
}

impl Protocols {
    pub(super) fn new(limits: &Limits) -> Self {
        let mut http1 = http1::Builder::new();
        http1
            .max_buf_size(limits.header_bytes_max.max(BUFFER_BYTES_MIN))
            .max_header_size(limits.header_bytes_max)
            // The watch does it, without a timer per request and with an answer.
            .header_read_timeout(None);
        if limits.header_count_max > HEADER_COUNT_FREE {
            http1.max_headers(limits.header_count_max);
        }
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.streams_max)
            .max_header_list_size(u32::try_from(limits.header_bytes_max).unwrap_or(u32::MAX))
            .max_pending_accept_reset_streams(PENDING_RESETS_MAX)
            .initial_stream_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES);
        Self { http1, http2 }
    }

    /// Serves one connection until it ends or is told to.
    pub(super) async fn serve<H: Handler>(
        &self,
        stream: TcpStream,
        tls: Option<TlsAcceptor>,
        serving: Arc<Serving<H>>,
    ) {
        let Some(tls) = tls else {
            let wire = Wire::new(stream, Arc::clone(&serving.post), serving.refusals);
            return self.speak(wire, serving).await;
        };
        match serving.post.attended(tls.accept(stream)).await {
            Some(Ok(stream)) => {
                let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                let wire = Wire::new(stream, Arc::clone(&serving.post), serving.refusals);
                if http2 { self.speak_http2(wire, serving).await } else { self.speak_http1(wire, serving).await }
            }
            Some(Err(error)) => tracing::debug!(peer = %serving.peer, %error, "TLS handshake failed"),
            None => {}
        }
    }

    /// Without TLS nobody says beforehand which HTTP it is; the first bytes do.
    async fn speak<S, H>(&self, mut wire: Wire<S>, serving: Arc<Serving<H>>)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
        H: Handler,
    {
        match serving.post.attended(begins_http2(&mut wire)).await {
            Some(Ok(true)) => self.speak_http2(wire, serving).await,
            Some(Ok(false)) => self.speak_http1(wire, serving).await,
            Some(Err(_)) | None => {}
        }
    }

    async fn speak_http1<S, H>(&self, wire: Wire<S>, serving: Arc<Serving<H>>)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
        H: Handler,
    {
        let post = Arc::clone(&serving.post);
        let service = service_fn(move |request| {
            let flight = serving.post.begin();
            Arc::clone(&serving).answer(request, flight).map(Ok::<_, Infallible>)
        });
        let connection = self.http1.serve_connection(TokioIo::new(wire), service);
        // Told to leave, it says so in its next answer.
        drive(&post, connection, Post::is_told_to_finish, http1::Connection::graceful_shutdown).await;
    }

    async fn speak_http2<S, H>(&self, mut wire: Wire<S>, serving: Arc<Serving<H>>)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
        H: Handler,
    {
        wire.speak_http2();
        let post = Arc::clone(&serving.post);
        let service = service_fn(move |request| {
            let flight = serving.post.begin();
            Arc::clone(&serving).answer(request, flight).map(Ok::<_, Infallible>)
        });
        // Boxed: it is several times the size of the HTTP/1 state that nearly every connection is.
        let connection = Box::new(self.http2.serve_connection(TokioIo::new(wire), service));
        // HTTP/2 says which requests it still takes, so that it can be told at any time.
        let is_told = |post: &Post| post.is_told_to_finish() || post.is_told_to_leave();
        let connection = Box::into_pin(connection);
        drive(&post, connection, is_told, |connection| connection.get_mut().as_mut().graceful_shutdown()).await;
    }
}

/// Runs a connection to its end, or as long as the watch lets it.
async fn drive<C: Future>(
    post: &Post,
    connection: C,
    is_told_to_finish: impl Fn(&Post) -> bool,
    finish: impl Fn(Pin<&mut C>),
) {
    let mut connection = pin!(connection);
    let mut finishing = false;
    poll_fn(|cx| {
        post.listen(cx);
        if post.is_told_to_go() {
            return Poll::Ready(());
        }
        if !finishing && is_told_to_finish(post) {
            finishing = true;
            finish(connection.as_mut());
        }
        // How a connection ends is the peer's business: every request on it had its answer or saw its peer go.
        connection.as_mut().poll(cx).map(drop)
    })
    .await;
}

/// Reads until it is clear whether this is HTTP/2, and gives back what it read.
async fn begins_http2<S: AsyncRead + AsyncWrite + Unpin>(wire: &mut Wire<S>) -> io::Result<bool> {
    let mut seen = [0; HTTP2_PREFACE.len()];
    let mut count = 0;
    while count < seen.len() && HTTP2_PREFACE.starts_with(&seen[..count]) {
        match wire.read(&mut seen[count..]).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => count += read,
        }
    }
    wire.unread(Bytes::copy_from_slice(&seen[..count]));
    Ok(seen == *HTTP2_PREFACE)
}
