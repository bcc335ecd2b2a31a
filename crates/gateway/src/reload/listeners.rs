//! The two listeners: served, moved, given other TLS, stopped.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use payhook_net::{Handler, Limits, Refusals, Server, Tls, Tower};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use crate::api::{self, Api};
use crate::boot::{BootError, refusal_body};
use crate::config;
use crate::descriptors::{self, Share};
use crate::ingest::Door;

/// Both listeners while they are served, and those whose place was taken and that finish what they have in hand.
pub(crate) struct Listeners {
    public: Listener,
    admin: Listener,
    tls: Option<Tls>,
    configured: config::Server,
    services: Services,
    /// How many connections each had to cut.
    serving: JoinSet<usize>,
}

/// Who answers, and what ends them.
pub(crate) struct Services {
    pub(crate) door: Door,
    pub(crate) api: Api,
    /// How long what is in flight may take at the stop.
    pub(crate) drain: Duration,
    /// Turns true at the stop.
    pub(crate) stop: watch::Receiver<bool>,
}

/// A socket that is served.
struct Listener {
    /// Keeps the socket open when another server takes it over.
    spare: TcpListener,
    hand_over: oneshot::Sender<()>,
}

/// A socket to be served, and the spare handle on it.
pub(crate) struct Bound {
    socket: TcpListener,
    spare: TcpListener,
}

/// What is to be served instead of what is: everything that can fail is done.
pub(crate) struct Move {
    public: Option<Bound>,
    admin: Option<Bound>,
    tls: Option<Tls>,
    configured: config::Server,
}

impl Listeners {
    /// Serves both.
    pub(crate) fn serve(
        (public, admin): (Bound, Bound),
        tls: Option<Tls>,
        configured: config::Server,
        services: Services,
    ) -> Self {
        let mut serving = JoinSet::new();
        let public = services.public(public, tls.clone(), &mut serving);
        let admin = services.admin(admin, &mut serving);
        Self { public, admin, tls, configured, services, serving }
    }

    /// Binds and reads what a changed configuration names, and changes nothing yet. All that is wrong, at once.
    pub(crate) fn prepare(&self, configured: config::Server) -> Result<Move, Vec<BootError>> {
        let mut wrong = Vec::new();
        let files = configured.tls.as_ref();
        // Read in any case: a certificate that cannot be used is told now, though the old one would stay.
        let tls = files.map(|files| Tls::from_files(&files.cert, &files.key)).transpose();
        let tls = tls.map_err(|error| wrong.push(BootError::Tls(error))).ok().flatten();
        let tls_differs = configured.tls != self.configured.tls;
        let public_at = (configured.public, self.configured.public);
        let public = self.public.instead("server.public", public_at, tls_differs);
        let admin = self.admin.instead("server.admin", (configured.admin, self.configured.admin), false);
        match (public, admin) {
            (Ok(public), Ok(admin)) if wrong.is_empty() => {
                let tls = if tls_differs { tls } else { self.tls.clone() };
                Ok(Move { public, admin, tls, configured })
            }
            (public, admin) => {
                wrong.extend(public.err());
                wrong.extend(admin.err());
                Err(wrong)
            }
        }
    }

    /// Serves what was prepared. What it takes the place of finishes what it has in hand.
    pub(crate) fn commit(&mut self, prepared: Move) {
        let Move { public, admin, tls, configured } = prepared;
        let moved = (configured.public != self.configured.public, configured.admin != self.configured.admin);
        (self.tls, self.configured) = (tls, configured);
        self.services.api.gateway.tls.store(self.tls.clone().map(Arc::new));
        match (&self.tls, public) {
            (tls, Some(bound)) => {
                let new = self.services.public(bound, tls.clone(), &mut self.serving);
                std::mem::replace(&mut self.public, new).leave();
            }
            // The same files may hold another certificate.
            (Some(tls), None) => {
                let tls = tls.clone();
                tokio::task::spawn_blocking(move || tls.reload_if_changed());
            }
            (None, None) => {}
        }
        if let Some(bound) = admin {
            let new = self.services.admin(bound, &mut self.serving);
            std::mem::replace(&mut self.admin, new).leave();
        }
        if moved != (false, false)
            && let (Ok(public), Ok(admin)) = (self.public.spare.local_addr(), self.admin.spare.local_addr())
        {
            tracing::info!(%public, %admin, "listens at another address");
        }
        while self.serving.try_join_next().is_some() {}
    }

    /// Waits until all that is in flight has ended, once the stop was told; how many connections were cut.
    pub(crate) async fn finish(self) -> usize {
        let Self { public, admin, mut serving, .. } = self;
        // The sockets close with the last handle on them; a sender of the hand-over that is dropped tells nothing.
        drop((public.spare, admin.spare));
        let mut cut = 0;
        while let Some(ended) = serving.join_next().await {
            cut += ended.unwrap_or_default();
        }
        cut
    }
}

impl Bound {
    /// Binds `address`, which is `what` in the configuration.
    pub(crate) fn to(what: &'static str, address: SocketAddr) -> Result<Self, BootError> {
        let bound = payhook_net::bind(address).and_then(Self::new);
        bound.map_err(|error| BootError::Bind { what, address, error })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> std::io::Result<SocketAddr> {
        self.spare.local_addr()
    }

    fn new(socket: TcpListener) -> std::io::Result<Self> {
        let spare = payhook_net::twin(&socket)?;
        Ok(Self { socket, spare })
    }
}

impl Listener {
    /// What is to be served in its place: a new socket where it moves, the same one where something else differs.
    fn instead(
        &self,
        what: &'static str,
        (to, from): (SocketAddr, SocketAddr),
        differs: bool,
    ) -> Result<Option<Bound>, BootError> {
        if to != from {
            return Bound::to(what, to).map(Some);
        }
        if !differs {
            return Ok(None);
        }
        let again = payhook_net::twin(&self.spare).and_then(Bound::new);
        again.map(Some).map_err(|error| BootError::Bind { what, address: to, error })
    }

    fn leave(self) {
        // It has ended by itself when nobody hears this.
        let _ = self.hand_over.send(());
    }
}

impl Services {
    fn public(&self, bound: Bound, tls: Option<Tls>, serving: &mut JoinSet<usize>) -> Listener {
        self.listener(bound, (tls, Share::Half), self.door.clone(), serving)
    }

    fn admin(&self, bound: Bound, serving: &mut JoinSet<usize>) -> Listener {
        self.listener(bound, (None, Share::Eighth), Tower(api::router(self.api.clone())), serving)
    }

    fn listener<H: Handler>(
        &self,
        bound: Bound,
        (tls, share): (Option<Tls>, Share),
        handler: H,
        serving: &mut JoinSet<usize>,
    ) -> Listener {
        let limits = descriptors::within(Limits { drain_time_max: self.drain, ..Limits::default() }, share);
        let refusals = Refusals { content_type: "application/json", body: |status: StatusCode| refusal_body(status) };
        let server = Server { limits, tls, refusals };
        let (hand_over, handed_over) = oneshot::channel();
        let ends = server.serve_until(bound.socket, handler, told(handed_over), turned(self.stop.clone()));
        serving.spawn(async move { ends.await.connections_cut });
        Listener { spare: bound.spare, hand_over }
    }
}

/// Completes when it is told, and never when nobody can tell it any more.
async fn told(told: oneshot::Receiver<()>) {
    if told.await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Completes when the signal turns true, or its sender is gone.
pub(super) async fn turned(mut stop: watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}
