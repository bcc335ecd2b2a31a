//! Opening a sandbox and letting it run.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use ::http::{Request, Response};
use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt;
use payhook_domain::time::Clock;
use payhook_net::{Drained, Refusals, Server, Tower};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tower_service::Service;
use url::Url;

use crate::accounts::Accounts;
use crate::book::{Book, BookError};
use crate::sender::faults::Fault;
use crate::story::{Begun, TellError, Wanted};
use crate::time::{Pace, Time};
use crate::world::World;
use crate::{clockwork, http, story};

/// What a sandbox is made of.
pub struct Settings {
    /// Where its book is kept; nothing keeps it in memory.
    pub file: Option<PathBuf>,
    /// What its references are made from; nothing chooses one. A book keeps the seed it began with.
    pub seed: Option<u64>,
    /// How fast its time goes by.
    pub pace: Pace,
    /// Where it is reached: scheme, host and port. For the links it gives out.
    pub base: Url,
    /// Who may ask.
    pub accounts: Accounts,
    /// The world's time.
    pub clock: Arc<dyn Clock>,
    /// What goes wrong on the way with every third notification that belongs to no story; usually nothing.
    pub weather: Vec<Fault>,
}

/// A sandbox that would be reached from elsewhere, and was not told so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} can be reached from other machines, and a sandbox's keys protect nothing; listen on 127.0.0.1, or say that \
     others may reach it"
)]
pub struct BeyondLoopback(SocketAddr);

/// Whether a sandbox may listen there: on loopback always, elsewhere only when it was `told` that others may reach it.
///
/// # Errors
/// [`BeyondLoopback`].
pub fn may_listen(address: SocketAddr, told: bool) -> Result<(), BeyondLoopback> {
    if told || address.ip().to_canonical().is_loopback() { Ok(()) } else { Err(BeyondLoopback(address)) }
}

/// A pretend provider, ready to run.
pub struct Sandbox {
    world: Arc<World>,
}

impl Sandbox {
    /// Opens the book and sets the clock.
    ///
    /// # Errors
    /// [`BookError`] when the file cannot be opened, or is no sandbox's.
    pub fn open(settings: Settings) -> Result<Self, BookError> {
        let Settings { file, seed, pace, base, accounts, clock, weather } = settings;
        let book = Book::open(file.as_deref(), seed)?;
        let time = Time::new(clock, pace, book.reached()?);
        Ok(Self { world: Arc::new(World { book, time, accounts, base, weather, bell: Notify::new() }) })
    }

    /// Begins to tell a story, with its seed and its faults. What happens in it, [`Sandbox::serve`] lets happen.
    ///
    /// # Errors
    /// [`TellError`] when there is no such story or account.
    pub fn tell(&self, wanted: Wanted) -> Result<Begun, TellError> {
        self.world.act(|act| story::tell(act, wanted))
    }

    /// The answer to one request, without a socket. What is due later waits for [`Sandbox::serve`].
    ///
    /// # Errors
    /// [`axum::Error`] when the answer's body breaks off.
    pub async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, axum::Error> {
        let mut router = http::router(Arc::clone(&self.world));
        let answer = router.call(request.map(Body::from)).await.unwrap_or_else(|never| match never {});
        let (parts, body) = answer.into_parts();
        Ok(Response::from_parts(parts, body.collect().await?.to_bytes()))
    }

    /// Lets everything happen that will ever be due, each at its moment, and sends nothing.
    ///
    /// # Errors
    /// [`BookError`] when the book cannot be read or written.
    pub fn work_through(&self) -> Result<(), BookError> {
        clockwork::work_through(&self.world)
    }

    /// What its doors are given, for tests that look behind them.
    #[cfg(test)]
    pub(crate) fn world(&self) -> Arc<World> {
        Arc::clone(&self.world)
    }

    /// Answers, and lets happen what is due, until `stop` completes. What is not done then, the next run goes on with.
    pub async fn serve(&self, listener: TcpListener, stop: impl Future<Output = ()> + Send) -> Drained {
        let router = http::router(Arc::clone(&self.world));
        let refusals = Refusals { content_type: "text/plain; charset=utf-8", body: refusal };
        let served = Server { refusals, ..Server::default() }.serve(listener, Tower(router), stop);
        tokio::select! {
            drained = served => drained,
            never = clockwork::run(&self.world) => match never {},
        }
    }
}

/// What is said where no page and no API comes to word: it is no HTTP, too slow, too large. It says who speaks, too.
fn refusal(status: ::http::StatusCode) -> Bytes {
    format!("sandbox: {status}\n").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_listens_beyond_loopback_only_when_told() {
        let may = |address: &str, told| may_listen(address.parse().expect("an address"), told);
        for loopback in ["127.0.0.1:8090", "127.9.9.9:1", "[::1]:8090", "[::ffff:127.0.0.1]:8090"] {
            assert_eq!(may(loopback, false), Ok(()), "{loopback}");
        }
        for reachable in ["0.0.0.0:8090", "[::]:8090", "192.168.1.7:8090", "[2001:db8::1]:8090"] {
            assert!(may(reachable, false).is_err_and(|refused| refused.to_string().contains(reachable)), "{reachable}");
            assert_eq!(may(reachable, true), Ok(()), "{reachable}");
        }
    }
}
