//! The accept loop: admits connections, goes the watchman's rounds, drains at the end.

use std::future::Future;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::connection::Protocols;
use super::handler::Handler;
use super::post::LINGER_MS_MAX;
use super::refusals::Refusals;
use super::serving::Serving;
use super::watch::{ROUND, Watch};
use crate::limits::Limits;
use crate::tls::Tls;

/// The pause after a failed accept. The common cause is that the process is out of file descriptors; only time helps.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How often certificate files are looked at.
const CERTIFICATE_LOOK: Duration = Duration::from_secs(2);

/// A server to be: what it speaks, within which bounds, and what it says when it must speak for itself.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// The bounds.
    pub limits: Limits,
    /// TLS, or plain text.
    pub tls: Option<Tls>,
    /// The words for what no handler sees.
    pub refusals: Refusals,
}

/// How the draining ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Connections with something still in flight when the time was up.
    pub connections_cut: usize,
}

impl Server {
    /// Serves until `stop` completes; then accepts no more, finishes what is in flight, and cuts what is not done after
    /// `drain_time_max`.
    ///
    /// At `connections_max`, or a peer's `connections_per_peer_max`, a further connection is accepted, told 503 as well
    /// as can be done without waiting, and closed: left in the kernel's queue, its sender would only time out. A failed
    /// accept is logged and tried again.
    pub async fn serve<H: Handler>(
        self,
        listener: TcpListener,
        handler: H,
        stop: impl Future<Output = ()> + Send,
    ) -> Drained {
        self.serve_until(listener, handler, std::future::pending(), stop).await
    }

    /// The same, and when `hand_over` completes before `stop`, another server has taken the place of this one: it takes
    /// in who waits to be accepted already, then accepts no more, and every connection ends with its next answer. Unlike
    /// at the stop, no connection is closed between two requests, where one may be on its way; what has sent none after
    /// `hand_over_time_max` is then told to finish.
    pub async fn serve_until<H: Handler>(
        self,
        listener: TcpListener,
        handler: H,
        hand_over: impl Future<Output = ()> + Send,
        stop: impl Future<Output = ()> + Send,
    ) -> Drained {
        let watch = Arc::new(Watch::new(self.limits));
        let protocols = Arc::new(Protocols::new(&self.limits));
        let mut rounds = interval(ROUND);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut certificate_looks = interval(CERTIFICATE_LOOK);
        let (mut stop, mut hand_over) = (pin!(stop), pin!(hand_over));
        let handed_over = loop {
            tokio::select! {
                () = &mut stop => break false,
                () = &mut hand_over => break true,
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => self.admit(stream, peer, &handler, &watch, &protocols),
                    Err(error) => pause_after(&error).await,
                },
                _ = rounds.tick(), if !watch.is_empty() => watch.go_round(),
                _ = certificate_looks.tick(), if self.tls.is_some() => self.look_at_certificates(),
            }
        };
        if handed_over {
            self.take_in_waiting(listener, &handler, &watch, &protocols);
            leave(&watch, self.limits.hand_over_time_max, stop).await;
        } else {
            drop(listener);
        }
        drain(&watch, self.limits.drain_time_max).await
    }

    /// Whoever the kernel holds already would be cut off by the closing of the socket.
    fn take_in_waiting<H: Handler>(
        &self,
        listener: TcpListener,
        handler: &H,
        watch: &Arc<Watch>,
        protocols: &Arc<Protocols>,
    ) {
        // Asked directly: the runtime may not have heard of the newest yet. The socket does not block.
        let Ok(listener) = listener.into_std() else { return };
        while let Ok((stream, peer)) = listener.accept() {
            let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
            if let Ok(stream) = stream {
                self.admit(stream, peer, handler, watch, protocols);
            }
        }
    }

    fn admit<H: Handler>(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        handler: &H,
        watch: &Arc<Watch>,
        protocols: &Arc<Protocols>,
    ) {
        let Some(posted) = watch.admit(peer.ip()) else {
            if watch.may_complain() {
                let Limits { connections_max, connections_per_peer_max, .. } = self.limits;
                tracing::warn!(%peer, connections_max, connections_per_peer_max, "too many connections; refusing");
            }
            return self.turn_away(stream);
        };
        // Answers are small and whole: waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let serving = Arc::new(Serving {
            handler: handler.clone(),
            peer,
            post: Arc::clone(posted.post()),
            refusals: self.refusals,
            header_count_max: self.limits.header_count_max,
        });
        let (tls, protocols) = (self.tls.as_ref().map(Tls::acceptor), Arc::clone(protocols));
        tokio::spawn(async move {
            protocols.serve(stream, tls, serving).await;
            drop(posted);
        });
    }

    /// Says 503 without waiting. What has arrived is taken first, so that the close is not a reset.
    fn turn_away(&self, stream: TcpStream) {
        if self.tls.is_some() {
            return;
        }
        let words = self.refusals.last_words(StatusCode::SERVICE_UNAVAILABLE);
        if let Ok(mut stream) = stream.into_std() {
            let _ = stream.read(&mut [0; 8 * 1024]);
            let _ = stream.write(&words);
        }
    }

    fn look_at_certificates(&self) {
        if let Some(tls) = self.tls.clone() {
            tokio::task::spawn_blocking(move || tls.reload_if_changed());
        }
    }
}

async fn pause_after(error: &io::Error) {
    // The peer left before it was accepted: nothing of ours.
    if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        return;
    }
    tracing::error!(%error, "cannot accept connections; trying again");
    sleep(ACCEPT_PAUSE).await;
}

/// Until every connection has ended with its next answer, the time is over, or the server is told to stop.
async fn leave(watch: &Watch, time_max: Duration, stop: impl Future<Output = ()>) {
    watch.tell_leave();
    tokio::select! {
        () = emptied(watch) => {}
        () = sleep(time_max) => {}
        () = stop => {}
    }
}

/// Goes the rounds until no connection is left.
async fn emptied(watch: &Watch) {
    let rounds = async {
        let mut rounds = interval(ROUND);
        loop {
            rounds.tick().await;
            watch.go_round();
        }
    };
    tokio::select! {
        () = watch.emptied() => {}
        () = rounds => {}
    }
}

async fn drain(watch: &Watch, time_max: Duration) -> Drained {
    watch.tell_finish();
    if timeout(time_max, emptied(watch)).await.is_ok() {
        return Drained { connections_cut: 0 };
    }
    let connections_cut = watch.tell_cut();
    // They end at their next poll; this waits for that, not for their peers.
    let _ = timeout(Duration::from_millis(LINGER_MS_MAX), watch.emptied()).await;
    tracing::warn!(connections_cut, "stopped before every request was done");
    Drained { connections_cut }
}
