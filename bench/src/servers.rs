//! What the gateway is compared with: hyper with a fixed answer, the same after verifying and parsing, and the same when the body
//! is on disk as well, in the fewest steps that takes.

use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use payhook_domain::identity::Environment;
use payhook_domain::time::Timestamp;
use payhook_provider::{Item, Papers, Parsed, Policy, RawRequest};
use tokio::net::TcpListener;

use crate::keepers::{self, Keep};
use crate::process::Server;
use crate::report::Measured;
use crate::{CONNECTIONS, load, requests};

/// Loads the server called `name`, which is this program again.
pub(crate) fn measure(name: &str, count: usize) -> anyhow::Result<Measured> {
    let own = std::env::current_exe()?;
    let mut server = Server::start(&own.to_string_lossy(), &["serve", name])?;
    let mut line = String::new();
    BufReader::new(server.stdout()).read_line(&mut line)?;
    let address: SocketAddr = line.trim().parse()?;
    let warm_up = requests::make(0, count / 10);
    load::run(address, &warm_up, CONNECTIONS, load::Pace::Saturating, |_, _| {})?;
    let requests = requests::make(count, count);
    let before = server.cpu();
    let load = load::run(address, &requests, CONNECTIONS, load::Pace::Saturating, |_, _| {})?;
    Ok(Measured {
        requests: count,
        took: load.took,
        cpu: server.cpu() - before,
        rss_mb: server.rss_mb(),
        latencies: load.latencies,
    })
}

/// A fixed answer.
pub(crate) fn noop() -> anyhow::Result<()> {
    serve(async |_, _| {})
}

/// A fixed answer after verifying and parsing.
pub(crate) fn verify() -> anyhow::Result<()> {
    let verify = verifying();
    serve(async move |headers, body| verify(&headers, &body))
}

/// The same when the body is kept.
pub(crate) fn verify_and_keep(keep: impl Keep) -> anyhow::Result<()> {
    let verify = verifying();
    let keeper = keepers::start(keep);
    serve(async move |headers, body| {
        verify(&headers, &body);
        keeper.kept(body).await;
    })
}

fn verifying() -> impl Fn(&HeaderMap, &[u8]) {
    let provider = payhook_provider::by_name("adyen").expect("Adyen is built in");
    let keys = vec![provider.key("bench", requests::KEY).expect("a valid key")];
    let now = Timestamp::from_seconds(1_763_719_323);
    move |headers, body| {
        let raw = RawRequest { target: "/in/adyen", headers, body };
        let Papers::Items(items) = provider.verify(&raw, &keys, &Policy::default(), now) else {
            panic!("the bench's own request is not readable")
        };
        for item in &items {
            let Item::Verified(verified) = item else { panic!("the bench's own request does not verify") };
            assert!(matches!(provider.parse(verified, Environment::Live), Parsed::Events(_)));
        }
    }
}

/// hyper on one thread, as bare as it comes; prints its address.
fn serve(work: impl AsyncFn(HeaderMap, Bytes) + 'static) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tasks = tokio::task::LocalSet::new();
    let work = Arc::new(work);
    tasks.block_on(&runtime, async move {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let work = Arc::clone(&work);
            let answer = service_fn(move |request: Request<Incoming>| {
                let work = Arc::clone(&work);
                async move {
                    let (parts, body) = request.into_parts();
                    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
                    work(parts.headers, body).await;
                    let mut response = Response::new(Full::new(Bytes::from_static(b"[accepted]")));
                    response.headers_mut().insert("content-type", HeaderValue::from_static("text/plain"));
                    Ok::<_, Infallible>(response)
                }
            });
            tokio::task::spawn_local(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    })
}
