//! A connection's bytes, plain or encrypted, with the little accounting a call needs.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// What has passed over a connection since the last look. Shared with whoever drives it.
#[derive(Debug, Default)]
pub(super) struct Meter {
    wrote: AtomicBool,
    blocked: AtomicBool,
    heard: AtomicBool,
}

impl Meter {
    /// Forgets what was before.
    pub(super) fn reset(&self) {
        [&self.wrote, &self.blocked, &self.heard].into_iter().for_each(|flag| flag.store(false, Relaxed));
    }

    /// Whether bytes were written since this was last asked.
    pub(super) fn take_wrote(&self) -> bool {
        self.wrote.swap(false, Relaxed)
    }

    /// Whether the peer is not taking bytes that wait to be written.
    pub(super) fn is_blocked(&self) -> bool {
        self.blocked.load(Relaxed)
    }

    /// Whether a byte has come since the reset.
    pub(super) fn has_heard(&self) -> bool {
        self.heard.load(Relaxed)
    }
}

/// Plain or encrypted.
pub(super) enum Stream {
    Plain(TcpStream, Arc<Meter>),
    Tls(Box<TlsStream<TcpStream>>, Arc<Meter>),
}

impl Stream {
    fn noted<T>(&self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        let (Self::Plain(_, meter) | Self::Tls(_, meter)) = self;
        meter.blocked.store(written.is_pending(), Relaxed);
        if matches!(written, Poll::Ready(Ok(_))) {
            meter.wrote.store(true, Relaxed);
        }
        written
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let (read, meter) = match &mut *self {
            Self::Plain(stream, meter) => (Pin::new(stream).poll_read(cx, buf), meter),
            Self::Tls(stream, meter) => (Pin::new(stream).poll_read(cx, buf), meter),
        };
        if buf.filled().len() > before {
            meter.heard.store(true, Relaxed);
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = match &mut *self {
            Self::Plain(stream, _) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream, _) => Pin::new(stream).poll_write(cx, bytes),
        };
        self.noted(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = match &mut *self {
            Self::Plain(stream, _) => Pin::new(stream).poll_write_vectored(cx, slices),
            Self::Tls(stream, _) => Pin::new(stream).poll_write_vectored(cx, slices),
        };
        self.noted(written)
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream, _) => stream.is_write_vectored(),
            Self::Tls(stream, _) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(stream, _) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream, _) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(stream, _) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream, _) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
