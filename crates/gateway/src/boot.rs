//! How a gateway starts, runs and stops.
//!
//! 1. The store is opened; what a crash left is as of the last commit.
//! 2. Names are numbered, doors to destinations opened: the plan.
//! 3. Both listeners are bound, so that nothing is half up.
//! 4. Every destination's desk looks for what is owed, as it does on any other day.
//! 5. It serves until told to stop: first the listeners drain, then the desks, then the store closes.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use http::StatusCode;
use payhook_destination::Destination;
use payhook_domain::time::{Clock, Sleeper};
use payhook_net::{Limits, Refusals, Server, Tls, Tower};
use payhook_store::{Store, Unavailable};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::alerts::{self, Alert, Alerts};
use crate::api::{self, Api, Cursors, Token};
use crate::backup::{self, Backups};
use crate::config::{BackupPlan, Resolved};
use crate::dispatch::Desk;
use crate::dispatch::gate::Gates;
use crate::dispatch::replay::{self, Replays};
use crate::gateway::{Bells, Gateway};
use crate::ingest::{Door, panic_body};
use crate::keyfile;
use crate::names::NameBook;
use crate::plan::Plan;
pub use crate::plan::PlanError;
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
    public: TcpListener,
    admin: TcpListener,
    tls: Option<Tls>,
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
    let Environs { clock, sleeper, log, unsafe_no_sync } = environs;
    let server = config.server.clone();
    let store_path = config.store.path.clone();
    let reserve_bytes = config.store.reserve_bytes;
    let backup_plan = config.store.backup.clone();
    let store = open_store(&config, unsafe_no_sync)?;
    let envelope_key = keyfile::envelope_key(&store_path).map_err(BootError::Keyfile)?;
    let token = keyfile::token(&store_path).map_err(BootError::Keyfile)?;
    let plan = Plan::make(config, doors, store.as_ref()).await?;
    let reader = store.reader();
    let names = NameBook::default();
    names.learn(reader.names().await?);
    let gates = Gates::restore(&plan, reader.as_ref(), clock.now()).await?;
    let tls = server.tls.as_ref().map(|files| Tls::from_files(&files.cert, &files.key)).transpose()?;
    let public = bind("server.public", server.public)?;
    let admin = bind("server.admin", server.admin)?;
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
        stopping: watch::Sender::new(false),
    });
    let api = Api {
        gateway: Arc::clone(&gateway),
        token: Arc::new(Token::new(&token)),
        cursors: Arc::new(Cursors::new(&envelope_key)),
    };
    Ok(Ready { gateway, api, public, admin, tls, raised, reserve_bytes, backup_plan })
}

impl Ready {
    /// Where notifications are taken.
    ///
    /// # Errors
    /// When the socket is gone.
    pub fn public_address(&self) -> std::io::Result<SocketAddr> {
        self.public.local_addr()
    }

    /// Where the API answers.
    ///
    /// # Errors
    /// When the socket is gone.
    pub fn admin_address(&self) -> std::io::Result<SocketAddr> {
        self.admin.local_addr()
    }

    /// Serves until `stop` turns true, then drains and closes.
    pub async fn serve(self, stop: watch::Receiver<bool>) {
        let Self { gateway, api, public, admin, tls, raised, reserve_bytes, backup_plan } = self;
        let alerts = tokio::spawn(alerts::write_down(Arc::clone(&gateway), raised, reserve_bytes));
        let (desks_stop, desks_stopped) = watch::channel(false);
        let mut desks = JoinSet::new();
        for target in &gateway.plan.load().destinations {
            let desk = Desk::new(Arc::clone(&gateway), Arc::clone(target));
            desks.spawn(desk.run(desks_stopped.clone(), DRAIN));
        }
        let backups = backup_plan.map(|plan| tokio::spawn(backup::keep_making(Arc::clone(&gateway), plan)));
        if let Err(error) = replay::resume(&gateway).await {
            tracing::error!(%error, "unfinished replays cannot be read; they go on after the next start");
        }
        let limits = || Limits { drain_time_max: DRAIN, ..Limits::default() };
        let refusals = || Refusals { content_type: "application/json", body: refusal_body };
        let public_server = Server { limits: limits(), tls, refusals: refusals() };
        let admin_server = Server { limits: limits(), tls: None, refusals: refusals() };
        let door = Door::new(Arc::clone(&gateway));
        let public_stop = turned(stop.clone());
        let told = Arc::clone(&gateway);
        let admin_stop = async move {
            turned(stop.clone()).await;
            told.stopping.send_replace(true);
        };
        let (taken, asked) = tokio::join!(
            public_server.serve(public, door, public_stop),
            admin_server.serve(admin, Tower(api::router(api)), admin_stop),
        );
        // Receivers outlive senders here, so this cannot fail.
        let _ = desks_stop.send(true);
        while desks.join_next().await.is_some() {}
        backups.inspect(tokio::task::JoinHandle::abort);
        backup::stop(&gateway).await;
        gateway.store.close().await;
        alerts.abort();
        tracing::info!(connections_cut = taken.connections_cut + asked.connections_cut, "stopped");
    }
}

fn open_store(config: &Resolved, unsafe_no_sync: bool) -> Result<Arc<dyn Store>, BootError> {
    let options = payhook_store::Options {
        reserve_bytes: config.store.reserve_bytes,
        remembers_orders: config.routes.iter().any(|route| route.hold.is_some()),
        unsafe_no_sync,
        ..payhook_store::Options::default()
    };
    Ok(payhook_store::open(&store_url(&config.store.path), options)?)
}

fn store_url(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

fn bind(what: &'static str, address: SocketAddr) -> Result<TcpListener, BootError> {
    payhook_net::bind(address).map_err(|error| BootError::Bind { what, address, error })
}

/// Completes when the signal turns true, or its sender is gone.
async fn turned(mut stop: watch::Receiver<bool>) {
    while !*stop.borrow_and_update() {
        if stop.changed().await.is_err() {
            return;
        }
    }
}

/// What a sender hears where the connection itself is at fault.
fn refusal_body(status: StatusCode) -> bytes::Bytes {
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
