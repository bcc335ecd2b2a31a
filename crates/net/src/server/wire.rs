//! A connection's byte stream, as the watch sees it.
//!
//! It notes when bytes arrive and when the peer stops taking them, and does three things hyper leaves undone: a late
//! header is answered 408 (hyper closes without a word); hyper's own empty refusals (400, 414, 431) get the body of
//! [`Refusals`]; and a connection closed with unread input is closed gently, since closing it outright makes the kernel
//! send a reset that destroys the answer on its way.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::post::{Phase, Post};
use super::refusals::Refusals;

/// Unread bytes taken and thrown away while closing; a sender of more meets the reset after all.
const DISCARDED_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The byte stream of one connection.
pub(super) struct Wire<S> {
    stream: S,
    post: Arc<Post>,
    refusals: Refusals,
    /// Read ahead to tell HTTP/1 from HTTP/2; handed out first.
    ahead: Bytes,
    /// An answer of ours that replaces hyper's.
    words: Bytes,
    /// Whether the bytes are HTTP/1's, with one header at a time. HTTP/2 looks after its own.
    http1: bool,
    close: Close,
    discarded: usize,
}

/// How far the closing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Close {
    NotYet,
    /// Ours is being closed; then the rest of the input is thrown away, if there is any.
    Ours {
        leaves_input: bool,
    },
    /// Ours is closed; the peer's is waited for.
    Theirs,
}

impl<S> Wire<S> {
    pub(super) fn new(stream: S, post: Arc<Post>, refusals: Refusals) -> Self {
        let (ahead, words) = (Bytes::new(), Bytes::new());
        Self { stream, post, refusals, ahead, words, http1: true, close: Close::NotYet, discarded: 0 }
    }

    /// Gives back bytes that were read ahead.
    pub(super) fn unread(&mut self, ahead: Bytes) {
        self.ahead = ahead;
    }

    /// From here on, the bytes are HTTP/2's.
    pub(super) fn speak_http2(&mut self) {
        self.http1 = false;
        self.post.enter(Phase::Idle);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// Whether hyper is writing a refusal of its own: no request is in flight (a header has begun, or came in one breath
    /// with the request before it), and no earlier answer is still being written. Then the first bytes are a status line.
    fn refusal_in(&self, bytes: &[u8]) -> Option<StatusCode> {
        let between_requests = matches!(self.post.phase(), Phase::Header | Phase::Idle);
        if !self.http1 || !between_requests || self.post.is_unflushed() {
            return None;
        }
        bytes.strip_prefix(b"HTTP/1.").and_then(|rest| StatusCode::from_bytes(rest.get(2..5)?).ok())
    }

    /// Says our last words where hyper would say its own; what follows of the input is left unread.
    fn refuse(&mut self, status: StatusCode) {
        self.words = self.refusals.last_words(status);
        self.post.answered(true);
    }

    /// Says 408 as well as it can be said (the socket's buffer is empty, so it can) and ends the input.
    fn say_late(&mut self, cx: &mut Context<'_>) {
        self.words = self.refusals.last_words(StatusCode::REQUEST_TIMEOUT);
        if self.poll_words(cx).is_ready() && Pin::new(&mut self.stream).poll_flush(cx).is_ready() {
            let _ = Pin::new(&mut self.stream).poll_shutdown(cx);
        }
    }

    fn poll_words(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.words.has_remaining() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.words))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.words.advance(written);
        }
        Poll::Ready(Ok(()))
    }

    /// Takes what the peer is still sending until it closes too; the watch bounds how long.
    fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut scratch = [0; 4 * 1024];
        while self.discarded < DISCARDED_BYTES_MAX {
            let mut buffer = ReadBuf::new(&mut scratch);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                break;
            }
            self.discarded += buffer.filled().len();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Wire<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.ahead.has_remaining() {
            let count = self.ahead.len().min(buf.remaining());
            buf.put_slice(&self.ahead.split_to(count));
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if read.is_pending() && self.post.is_told_to_say_late() && self.post.phase() == Phase::Header {
            self.say_late(cx);
            return Poll::Ready(Ok(()));
        }
        if self.http1 && buf.filled().len() > before {
            self.post.heard();
        }
        read
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(status) = self.refusal_in(bytes) {
            self.refuse(status);
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.post.stalled(written.is_pending());
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let Some(status) = slices.first().and_then(|first| self.refusal_in(first)) {
            self.refuse(status);
            return Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()));
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.post.stalled(written.is_pending());
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = match self.poll_words(cx) {
            Poll::Ready(Ok(())) => Pin::new(&mut self.stream).poll_flush(cx),
            other => other,
        };
        self.post.stalled(flushed.is_pending());
        if flushed.is_ready() {
            self.post.flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.close == Close::NotYet {
            let leaves_input = self.http1 && (self.post.phase() == Phase::Header || self.post.has_refused());
            self.close = Close::Ours { leaves_input };
            self.post.enter(Phase::Closing);
        }
        if let Close::Ours { leaves_input } = self.close {
            ready!(self.poll_words(cx))?;
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            if !leaves_input {
                return Poll::Ready(Ok(()));
            }
            self.close = Close::Theirs;
        }
        self.poll_discard(cx)
    }
}
