//! What every part of a running gateway shares.

use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use payhook_domain::time::{Clock, Sleeper, Timestamp};
use payhook_net::Tls;
use payhook_store::{Reader, Store};
use tokio::sync::{Notify, watch};

use crate::alerts::Alerts;
use crate::backup::Backups;
use crate::config;
use crate::dispatch::gate::Gates;
use crate::dispatch::replay::Replays;
use crate::doctor::SlowReads;
use crate::names::NameBook;
use crate::plan::Plan;
use crate::reload::outcome::Outcomes;
use crate::retention::Retention;
use crate::service::Service;
use crate::telemetry::line::Lines;
use crate::telemetry::metrics::Metrics;

/// The parts of one gateway, by what they are for.
pub(crate) struct Gateway {
    pub(crate) plan: ArcSwap<Plan>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) reader: Arc<dyn Reader>,
    pub(crate) names: NameBook,
    pub(crate) gates: Gates,
    pub(crate) replays: Replays,
    pub(crate) backups: Backups,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sleeper: Arc<dyn Sleeper>,
    pub(crate) lines: Lines,
    pub(crate) metrics: Metrics,
    pub(crate) bells: Bells,
    pub(crate) alerts: Alerts,
    pub(crate) reloads: Outcomes,
    pub(crate) retention: Retention,
    pub(crate) service: Service,
    pub(crate) slow_reads: SlowReads,
    /// What the public listener is served with.
    pub(crate) tls: ArcSwapOption<Tls>,
    pub(crate) started: Started,
    /// Turns true when the gateway is told to stop: whoever follows along hangs up then.
    pub(crate) stopping: watch::Sender<bool>,
}

/// What was decided when it started, and holds until it ends.
#[derive(Clone, Debug)]
pub(crate) struct Started {
    pub(crate) at: Timestamp,
    pub(crate) store: config::Store,
}

/// Wake-ups without data: they only mean *look again*.
#[derive(Default)]
pub(crate) struct Bells {
    /// Something may be owed.
    pub(crate) owed: Notify,
    /// Something was committed, for those who follow along.
    pub(crate) committed: Notify,
}

impl Bells {
    /// Rings for everyone who is waiting. Whoever is looking has registered before looking, and looks once more.
    pub(crate) fn ring(&self) {
        self.owed.notify_waiters();
        self.committed.notify_waiters();
    }
}
