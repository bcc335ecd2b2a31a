//! Who answers requests.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Incoming;
use tower_service::Service;

use crate::body::{Body, BoxError};

/// Answers requests. Cloned once per connection.
///
/// A panic in it answers 500 and harms nothing else. It is dropped unfinished when the peer goes away.
pub trait Handler: Clone + Send + Sync + 'static {
    /// Answers one request. The body is still on its way: see [`read_body`](crate::read_body).
    fn handle(&self, request: Request<Incoming>, peer: SocketAddr) -> impl Future<Output = Response<Body>> + Send;
}

/// A tower service as a [`Handler`]: an axum router, say. It finds the peer's `SocketAddr` among the request's
/// extensions. Not for the hot path: its bodies are boxed.
#[derive(Clone, Debug)]
pub struct Tower<S>(pub S);

impl<S, B> Handler for Tower<S>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    async fn handle(&self, mut request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        let mut service = self.0.clone();
        request.extensions_mut().insert(peer);
        let Ok(()) = std::future::poll_fn(|cx| service.poll_ready(cx)).await;
        let Ok(response) = service.call(request).await;
        response.map(Body::stream)
    }
}
