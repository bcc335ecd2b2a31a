//! The client, and an address made ready for it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderValue, Uri};
use url::{Position, Url};

use super::address_guard::{Guard, Refused};
use super::connector::{Connector, Origin};
use super::pool::Pool;
use super::resolver::{Resolve, SystemResolver};
use crate::limits::ClientLimits;
use crate::tls::Trust;

/// What a client is made of.
pub struct ClientSettings {
    /// Which addresses it may call.
    pub guard: Guard,
    /// Whom it trusts over TLS.
    pub trust: Trust,
    /// How it looks up names.
    pub resolver: Arc<dyn Resolve>,
    /// Its bounds.
    pub limits: ClientLimits,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            guard: Guard::default(),
            trust: Trust::system(),
            resolver: Arc::new(SystemResolver),
            limits: ClientLimits::default(),
        }
    }
}

/// A guarded HTTP client. Cheap to clone; clones share the pooled connections.
#[derive(Clone)]
pub struct Client {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) connector: Connector,
    pub(super) limits: ClientLimits,
    pools: Mutex<HashMap<Origin, Arc<Pool>>>,
}

impl Client {
    /// A client of these settings.
    #[must_use]
    pub fn new(settings: ClientSettings) -> Self {
        let ClientSettings { guard, trust, resolver, limits } = settings;
        let connector = Connector {
            guard,
            resolver,
            trust,
            connect_time_max: limits.connect_time_max,
            header_bytes_max: limits.header_bytes_max,
        };
        Self { inner: Arc::new(Inner { connector, limits, pools: Mutex::default() }) }
    }

    /// Checks a URL and makes it ready to be called many times. Targets of one scheme, host and port share connections.
    ///
    /// # Errors
    /// What the guard says of it.
    pub fn target(&self, url: &Url) -> Result<Target, Refused> {
        self.inner.connector.guard.check_url(url)?;
        let origin = Origin {
            https: url.scheme() == "https",
            host: url.host().ok_or(Refused::NoHost)?.to_owned(),
            port: url.port_or_known_default().ok_or(Refused::NoHost)?,
        };
        // The parts of a parsed URL are ASCII and escaped: both conversions hold for every URL that came this far.
        let authority = HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort]);
        let path = url[Position::BeforePath..Position::AfterQuery].parse();
        let (Ok(authority), Ok(path)) = (authority, path) else { return Err(Refused::NoHost) };
        Ok(Target { client: self.clone(), pool: self.inner.pool(&origin), origin, authority, path })
    }
}

impl Inner {
    fn pool(&self, origin: &Origin) -> Arc<Pool> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let pool = pools.entry(origin.clone()).or_insert_with(|| Arc::new(Pool::new(&self.limits)));
        Arc::clone(pool)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("limits", &self.inner.limits).finish_non_exhaustive()
    }
}

/// An address made ready. It belongs to its client: no call can reach it under another guard.
#[derive(Clone)]
pub struct Target {
    pub(super) client: Client,
    pub(super) origin: Origin,
    pub(super) pool: Arc<Pool>,
    pub(super) authority: HeaderValue,
    pub(super) path: Uri,
}

/// Where it leads, without the path, which may carry a token.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("origin", &self.origin).finish_non_exhaustive()
    }
}
