//! Idle connections to one origin, kept for the next call.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::connection::Connection;
use crate::ClientLimits;

/// The idle connections of one origin, the latest used last.
pub(super) struct Pool {
    shelf: Mutex<Shelf>,
    connections_max: usize,
    idle_time_max: Duration,
    age_max: Duration,
}

#[derive(Default)]
struct Shelf {
    idle: Vec<(Box<Connection>, Instant)>,
    has_sweeper: bool,
}

impl Pool {
    pub(super) fn new(limits: &ClientLimits) -> Self {
        Self {
            shelf: Mutex::default(),
            connections_max: limits.idle_connections_max,
            idle_time_max: limits.idle_time_max,
            age_max: limits.age_max,
        }
    }

    /// A connection that can be used now, the latest used first: the others may grow old and go.
    pub(super) async fn take(&self, now: Instant) -> Option<Box<Connection>> {
        loop {
            let (mut connection, since) = self.shelf().idle.pop()?;
            if now.duration_since(since) < self.idle_time_max && connection.is_ready().await {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection last used `since`, if it can still be used, is not too old, and there is room.
    pub(super) async fn keep(self: &Arc<Self>, mut connection: Box<Connection>, since: Instant) {
        if connection.age(since) >= self.age_max || !connection.is_done().await {
            return;
        }
        let mut shelf = self.shelf();
        if shelf.idle.len() >= self.connections_max {
            return;
        }
        shelf.idle.push((connection, since));
        if !shelf.has_sweeper {
            shelf.has_sweeper = true;
            tokio::spawn(sweep(Arc::downgrade(self), self.idle_time_max));
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes what has been idle too long, until nothing is left.
async fn sweep(pool: Weak<Pool>, idle_time_max: Duration) {
    loop {
        sleep(idle_time_max).await;
        let Some(pool) = pool.upgrade() else { return };
        let mut shelf = pool.shelf();
        shelf.idle.retain(|(_, since)| since.elapsed() < idle_time_max);
        if shelf.idle.is_empty() {
            shelf.has_sweeper = false;
            return;
        }
    }
}
