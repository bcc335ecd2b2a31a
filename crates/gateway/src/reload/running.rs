//! A gateway that serves, until it is told to stop: the one task that changes what runs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::desks::Desks;
use super::listeners::turned;
use super::watch::{LOOK_EVERY, Watch};
use super::{Listeners, Reloads, outcome, ran_last, turnover};
use crate::config::{FILE_NAME, Fact, Resolved, Store};
use crate::gateway::Gateway;

/// What runs, as far as another configuration is compared with it.
pub(crate) struct Face {
    /// The file it was read from.
    pub(super) file: Option<PathBuf>,
    files: Vec<PathBuf>,
    pub(super) store: Store,
    /// Whether the store remembers which orders succeeded; decided when it was opened.
    pub(super) remembers_orders: bool,
    pub(super) facts: Vec<Fact>,
}

impl Face {
    /// The face of this configuration.
    pub(crate) fn new(config: &Resolved, remembers_orders: bool) -> Self {
        Self {
            file: config.file.clone(),
            files: config.files.clone(),
            store: config.store.clone(),
            remembers_orders,
            facts: config.facts.clone(),
        }
    }
}

/// A serving gateway.
pub(crate) struct Running {
    gateway: Arc<Gateway>,
    face: Face,
    desks: Desks,
    listeners: Listeners,
    watch: Watch,
}

impl Running {
    /// Opens the desks.
    pub(crate) fn new(gateway: &Arc<Gateway>, face: Face, listeners: Listeners, drain: Duration) -> Self {
        let desks = Desks::open(gateway, drain);
        Self { gateway: Arc::clone(gateway), face, desks, listeners, watch: Watch::default() }
    }

    /// Takes changed configurations until `stop` turns true; then listeners and desks finish what is in hand. Returns how
    /// many connections were cut. A turnover that the stop interrupts has changed nothing.
    pub(crate) async fn until(mut self, stop: watch::Receiver<bool>, mut reloads: Option<Reloads>) -> usize {
        if let Some(reloads) = &mut reloads {
            // The file it started with, also when it is gone: without it, another configuration would be meant.
            reloads.from.file = self.face.file.clone().or(reloads.from.file.take());
            tokio::select! {
                () = turned(stop) => {}
                () = self.take_changes(reloads) => {}
            }
        } else {
            turned(stop).await;
        }
        self.gateway.service.stopping();
        self.gateway.stopping.send_replace(true);
        // Side by side, so that a stop takes as long as the slower of them. What is taken meanwhile is owed, and delivered
        // after the next start.
        let (cut, ()) = tokio::join!(self.listeners.finish(), self.desks.close());
        cut
    }

    async fn take_changes(&mut self, reloads: &Reloads) {
        loop {
            if self.asked(reloads).await {
                self.gateway.service.reloading();
                self.reload(reloads).await;
                self.gateway.service.ready(&outcome::status(&self.gateway));
            }
        }
    }

    /// Waits until somebody asks, or it is time to look; whether there is anything to take.
    async fn asked(&mut self, reloads: &Reloads) -> bool {
        if !reloads.watch {
            reloads.asked.notified().await;
            return true;
        }
        tokio::select! {
            () = reloads.asked.notified() => return true,
            () = self.gateway.sleeper.sleep(LOOK_EVERY) => {}
        }
        let (mut watch, files) = (std::mem::take(&mut self.watch), self.face.files.clone());
        let looked = tokio::task::spawn_blocking(move || (watch.look(&files), watch)).await;
        let Ok((changed, watch)) = looked else { return false };
        self.watch = watch;
        changed
    }

    async fn reload(&mut self, reloads: &Reloads) {
        let gateway = Arc::clone(&self.gateway);
        if self.cannot_change(reloads) {
            let why = "the environment alone configures it, and that of a process does not change; restart payhook";
            return outcome::unchanged(&gateway, why);
        }
        let now = gateway.clock.now();
        let prepared = match reloads.load(now).await {
            Ok(loaded) => turnover::prepare(&gateway, &self.face, &self.listeners, loaded).await,
            Err(mistakes) => Err(mistakes),
        };
        match prepared {
            Ok(prepared) => {
                self.face = turnover::commit(&gateway, prepared, now, &mut self.desks, &mut self.listeners);
                ran_last::note(&gateway).await;
            }
            Err(mistakes) => outcome::refused(&gateway, &mistakes),
        }
    }

    /// Without any file there is nothing to read again.
    fn cannot_change(&self, reloads: &Reloads) -> bool {
        let might_be = reloads.from.directory.join(FILE_NAME);
        self.face.file.is_none() && !might_be.exists() && !self.face.files.iter().any(|file| file.exists())
    }
}
