//! How a gateway starts, runs and stops.
//!
//! 1. The store is opened; what a crash left is as of the last commit.
//! 2. Names are numbered, doors to destinations opened: the plan.
//! 3. Both listeners are bound, so that nothing is half up.
//! 4. Every destination's desk looks for what is owed, as it does on any other day.
//! 5. It serves until told to stop: listeners and desks finish what is in hand, then the store closes.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use http::StatusCode;
use payhook_destination::Destination;
use payhook_domain::time::{Clock, Sleeper};
use payhook_net::Tls;
use payhook_store::{Store, Unavailable};
use tokio::sync::{mpsc, watch};

use crate::alerts::{self, Alert, Alerts};
use crate::api::{Api, Cursors, Token};
use crate::backup::{self, Backups};
use crate::config::{self, BackupPlan, Resolved};
use crate::dispatch::gate::Gates;
use crate::dispatch::replay::{self, Replays};
use crate::doctor::SlowReads;
use crate::gateway::{Bells, Gateway, Started};
use crate::ingest::{Door, panic_body};
use crate::keyfile;
use crate::names::NameBook;
use crate::plan::Plan;
pub use crate::plan::PlanError;
use crate::reload::orphans::{self, Orphans};
use crate::reload::outcome::{self, Outcomes};
use crate::reload::ran_last;
use crate::reload::{Bound, Face, Listeners, Reloads, Running, Services};
use crate::retention::{self, Retention};
use crate::service;
pub use crate::service::Service;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::setup::Log;

/// How long requests and tries in hand may take to finish when the gateway stops. Shorter than the 10 s after which
/// providers give up on an answer, and within the 30 s that service managers wait before they kill.
const DRAIN: Duration = Duration::from_secs(8);

/// What the caller brings: how to tell time, how to wait, where to log.
pub struct Environs {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Waiting.
    pub sleeper: Arc<dyn Sleeper>,
    /// The log.
    pub log: Log,
    /// Who runs it as a service, if anyone does.
    pub service: Service,
    /// Writes without syncing. Loses acknowledged money events in a power cut; exists for the test that proves so.
    pub unsafe_no_sync: bool,
}

/// Why a gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The store could not be opened.
    #[error(transparent)]
    Open(#[from] payhook_store::OpenError),
    /// The store did not take the names.
    #[error(transparent)]
    Store(#[from] Unavailable),
    /// The configuration cannot be run.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The token or key file beside the store.
    #[error("the files beside the store: {0}")]
    Keyfile(std::io::Error),
    /// An address could not be bound.
    #[error("{what} cannot listen on {address}: {error}")]
    Bind {
        /// `server.public` or `server.admin`.
        what: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// The certificate or its key.
    #[error("server.tls: {0}")]
    Tls(#[from] payhook_net::TlsError),
}

/// A gateway with its listeners bound, not yet serving.
pub struct Ready {
    gateway: Arc<Gateway>,
    api: Api,
    public: Bound,
    admin: Bound,
    tls: Option<Tls>,
    server: config::Server,
    face: Face,
    raised: mpsc::Receiver<Alert>,
    reserve_bytes: u64,
    backup_plan: Option<BackupPlan>,
}

/// Opens everything that can fail to open.
///
/// # Errors
/// [`BootError`] says what could not be opened, and why.
pub async fn start(config: Resolved, environs: Environs) -> Result<Ready, BootError> {
    start_with(config, HashMap::new(), environs).await
}

/// The same with doors that a program brings to destinations of its own, by name.
pub(crate) async fn start_with(
    config: Resolved,
    doors: HashMap<String, Box<dyn Destination>>,
    environs: Environs,
) -> Result<Ready, BootError> {
    let Environs { clock, sleeper, log, service, unsafe_no_sync } = environs;
    let server = config.server.clone();
    let remembers_orders = remembers_orders(&config);
    let face = Face::new(&config, remembers_orders);
    let started = Started { at: clock.now(), store: config.store.clone() };
    let store_path = config.store.path.clone();
    let reserve_bytes = config.store.reserve_bytes;
    let backup_plan = config.store.backup.clone();
    let store = open_store(&config, unsafe_no_sync)?;
    let envelope_key = keyfile::envelope_key(&store_path).map_err(BootError::Keyfile)?;
    let token = keyfile::token(&store_path).map_err(BootError::Keyfile)?;
    let plan = Plan::make(config, doors, store.as_ref(), None).await?;
    let reader = store.reader();
    let names = NameBook::default();
    names.learn(reader.names().await?);
    for orphans in orphans::all(&plan, &reader.tallies().await?, &names) {
        let Orphans { destination, owed } = orphans;
        tracing::warn!(destination, owed, "deliveries are owed to a destination that is not configured; they are kept");
    }
    let gates = Gates::restore(&plan, reader.as_ref(), clock.now()).await?;
    let tls = server.tls.as_ref().map(|files| Tls::from_files(&files.cert, &files.key)).transpose()?;
    let public = Bound::to("server.public", server.public)?;
    let admin = Bound::to("server.admin", server.admin)?;
    let (alerts, raised) = Alerts::new();
    let gateway = Arc::new(Gateway {
        plan: ArcSwap::from_pointee(plan),
        store,
        reader,
        names,
        gates,
        replays: Replays::default(),
        backups: Backups::new(store_path, reserve_bytes),
        clock,
        sleeper,
        lines: log.lines,
        metrics: Metrics::default(),
        bells: Bells::default(),
        alerts,
        reloads: Outcomes::default(),
        retention: Retention::default(),
        service,
        slow_reads: SlowReads::default(),
        tls: ArcSwapOption::from_pointee(tls.clone()),
        started,
        stopping: watch::Sender::new(false),
    });
    let api = Api {
        gateway: Arc::clone(&gateway),
        token: Arc::new(Token::new(&token)),
        cursors: Arc::new(Cursors::new(&envelope_key)),
    };
    gateway.metrics.runs(&outcome::shown(gateway.plan.load().digest));
    Ok(Ready { gateway, api, public, admin, tls, server, face, raised, reserve_bytes, backup_plan })
}

impl Ready {
    /// Where notifications are taken.
    ///
    /// # Errors
    /// When the socket is gone.
    pub fn public_address(&self) -> std::io::Result<SocketAddr> {
        self.public.address()
    }

    /// Where the API answers.
    ///
    /// # Errors
    /// When the socket is gone.
    pub fn admin_address(&self) -> std::io::Result<SocketAddr> {
        self.admin.address()
    }

    /// Serves until `stop` turns true, then drains and closes.
    pub async fn serve(self, stop: watch::Receiver<bool>) {
        self.serve_reloading(stop, None).await;
    }

    /// The same, and takes changed configurations meanwhile.
    pub async fn serve_reloading(self, stop: watch::Receiver<bool>, reloads: Option<Reloads>) {
        let Self { gateway, api, public, admin, tls, server, face, raised, reserve_bytes, backup_plan } = self;
        let alerts = tokio::spawn(alerts::write_down(Arc::clone(&gateway), raised, reserve_bytes));
        ran_last::tell(&gateway).await;
        backup::tell_of_unfinished(&gateway).await;
        retention::begin(&gateway).await;
        let retention = tokio::spawn(retention::run(Arc::clone(&gateway), stop.clone()));
        let backups = backup_plan.map(|plan| tokio::spawn(backup::keep_making(Arc::clone(&gateway), plan)));
        if let Err(error) = replay::resume(&gateway).await {
            tracing::error!(%error, "unfinished replays cannot be read; they go on after the next start");
        }
        let door = Door::new(Arc::clone(&gateway));
        let services = Services { door, api, drain: DRAIN, stop: stop.clone() };
        let listeners = Listeners::serve((public, admin), tls, server, services);
        gateway.service.ready(&outcome::status(&gateway));
        let watchdog = tokio::spawn(service::keep_telling(Arc::clone(&gateway)));
        let connections_cut = Running::new(&gateway, face, listeners, DRAIN).until(stop, reloads).await;
        // Whatever its step is at, the next start goes on.
        retention.abort();
        backups.inspect(tokio::task::JoinHandle::abort);
        backup::stop(&gateway).await;
        gateway.store.close().await;
        alerts.abort();
        watchdog.abort();
        tracing::info!(connections_cut, "stopped");
    }
}

fn open_store(config: &Resolved, unsafe_no_sync: bool) -> Result<Arc<dyn Store>, BootError> {
    let options = payhook_store::Options {
        reserve_bytes: config.store.reserve_bytes,
        remembers_orders: remembers_orders(config),
        unsafe_no_sync,
        ..payhook_store::Options::default()
    };
    Ok(payhook_store::open(&store_url(&config.store.path), options)?)
}

/// Costs a row per order, and is of use to routes that hold only.
fn remembers_orders(config: &Resolved) -> bool {
    config.routes.iter().any(|route| route.hold.is_some())
}

fn store_url(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

/// What a sender hears where the connection itself is at fault.
pub(crate) fn refusal_body(status: StatusCode) -> bytes::Bytes {
    use payhook_domain::error::Code;
    use payhook_provider::Ack;
    let code = Code::ALL.iter().copied().filter(|code| code.status() == status.as_u16()).find(|code| {
        matches!(code, Code::BadRequest | Code::Timeout | Code::HeaderTooLarge | Code::Overloaded | Code::Internal)
    });
    match code {
        Some(Code::Internal) | None => panic_body(),
        Some(code) => Ack::refusal(status.as_u16(), code).body.into_owned().into(),
    }
}
