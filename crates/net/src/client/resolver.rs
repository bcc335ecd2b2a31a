//! Names to addresses.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;

/// The future of a look-up.
pub type Resolved<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Turns a name into addresses. Its time is bounded by the caller.
pub trait Resolve: Send + Sync + 'static {
    /// All addresses of `name`, best first.
    fn resolve<'a>(&'a self, name: &'a str) -> Resolved<'a>;
}

/// The system's resolver (`getaddrinfo`), with its hosts file, order and caching.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolved<'a> {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect()) })
    }
}
