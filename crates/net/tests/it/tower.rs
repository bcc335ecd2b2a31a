//! A tower service behind the server, as the admin listener's router is.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use payhook_net::{Incoming, Tower};
use tower_service::Service;

use crate::stage::{Raw, Running, SHORT};

#[derive(Clone)]
struct WhoAmI;

impl Service<Request<Incoming>> for WhoAmI {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        let peer = request.extensions().get::<SocketAddr>().expect("the server put it there");
        ready(Ok(Response::new(Full::from(peer.to_string()))))
    }
}

#[tokio::test]
async fn a_tower_service_answers_and_knows_its_peer() {
    let server = Running::start(SHORT, None, Tower(WhoAmI));
    let mut raw = Raw::to(&server).await;
    let us = raw.0.local_addr().expect("connected").to_string();
    raw.say("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    raw.hear(&us).await;
}
