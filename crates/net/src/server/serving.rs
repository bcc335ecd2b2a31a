//! One request: handed to the handler, guarded against its panics, and noted in the watch.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{CONNECTION, HeaderValue};
use http::{Request, Response, StatusCode, Version};
use hyper::body::{Frame, Incoming, SizeHint};

use super::handler::Handler;
use super::post::{Flight, Post};
use super::refusals::Refusals;
use crate::body::{Body, BoxError};

/// What serving the requests of one connection takes.
pub(super) struct Serving<H> {
    pub(super) handler: H,
    pub(super) peer: SocketAddr,
    pub(super) post: Arc<Post>,
    pub(super) refusals: Refusals,
    pub(super) header_count_max: usize,
}

impl<H: Handler> Serving<H> {
    /// Answers one request, whatever the handler does.
    pub(super) async fn answer(self: Arc<Self>, request: Request<Incoming>, flight: Flight) -> Response<Answered> {
        let closes_by_header = request.version() < Version::HTTP_2;
        let mut response = if request.headers().len() > self.header_count_max {
            self.refusals.response(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
        } else {
            self.guarded(request).await
        };
        if closes_by_header && self.post.is_told_to_leave() {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let status = response.status();
        self.post.answered(status.is_client_error() || status.is_server_error());
        response.map(|body| Answered { _flight: matches!(body, Body::Stream(_)).then_some(flight), body })
    }

    async fn guarded(&self, request: Request<Incoming>) -> Response<Body> {
        // Awaited inside, so that a panic before the handler's first await is caught as well.
        let handled = AssertUnwindSafe(async { self.handler.handle(request, self.peer).await }).catch_unwind().await;
        handled.unwrap_or_else(|_| {
            // What it panicked with may quote the request, so it stays with the panic hook.
            tracing::error!(peer = %self.peer, "a request's handler panicked; answered 500");
            self.refusals.response(StatusCode::INTERNAL_SERVER_ERROR)
        })
    }
}

/// An answer's body; one that comes in pieces keeps its request in flight until the last.
pub(super) struct Answered {
    body: Body,
    _flight: Option<Flight>,
}

impl hyper::body::Body for Answered {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
