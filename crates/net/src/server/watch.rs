//! The watchman: keeps time for every connection of one server.
//!
//! A timer per request, set and cleared, costs more than all the rest of an idle request. So connections only note
//! *what they are doing and since when* (one relaxed store, no clock read, no timer), and one watchman goes round every
//! [`ROUND`] and tells those that are late. Lateness is therefore noticed up to one round late.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::post::{Post, order};
use crate::limits::Limits;

/// Between two rounds: a hundredth of the default header time.
pub(super) const ROUND: Duration = Duration::from_millis(100);

/// Between two log lines about connections refused.
const COMPLAINT_EVERY_MS: u64 = 10_000;

/// All connections of one server.
pub(super) struct Watch {
    limits: Limits,
    started: Instant,
    now_ms: Arc<AtomicU64>,
    posts: Mutex<HashMap<u64, Arc<Post>>>,
    next: AtomicU64,
    /// When it was last said that there is no room, plus one; 0 when never.
    complained: AtomicU64,
    emptied: Notify,
}

impl Watch {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            started: Instant::now(),
            now_ms: Arc::default(),
            posts: Mutex::default(),
            next: AtomicU64::default(),
            complained: AtomicU64::default(),
            emptied: Notify::new(),
        }
    }

    /// A post for a new connection; nothing when `connections_max` are open.
    pub(super) fn admit(self: &Arc<Self>) -> Option<Posted> {
        self.read_clock();
        let mut posts = self.posts();
        if posts.len() >= self.limits.connections_max {
            return None;
        }
        let id = self.next.fetch_add(1, Relaxed);
        let post = Arc::new(Post::new(Arc::clone(&self.now_ms)));
        posts.insert(id, Arc::clone(&post));
        Some(Posted { post, id, watch: Arc::clone(self) })
    }

    /// Whether it is time to say that there is no room: at the first time, then every [`COMPLAINT_EVERY_MS`], so that
    /// a flood of connections is no flood of log lines.
    pub(super) fn may_complain(&self) -> bool {
        let (now, last) = (self.now_ms.load(Relaxed), self.complained.load(Relaxed));
        let may = last == 0 || now.saturating_sub(last - 1) >= COMPLAINT_EVERY_MS;
        if may {
            self.complained.store(now + 1, Relaxed);
        }
        may
    }

    pub(super) fn is_empty(&self) -> bool {
        self.posts().is_empty()
    }

    /// One round: reads the clock once, and tells whoever is late.
    pub(super) fn go_round(&self) {
        let now = self.read_clock();
        for post in self.posts().values() {
            if let Some(order) = post.order_due(now, &self.limits) {
                post.tell(order);
            }
        }
    }

    /// Tells everyone to finish what is in flight.
    pub(super) fn tell_finish(&self) {
        self.posts().values().for_each(|post| post.tell(order::FINISH));
    }

    /// Tells everyone to go, and how many that were.
    pub(super) fn tell_cut(&self) -> usize {
        let posts = self.posts();
        posts.values().for_each(|post| post.tell(order::CUT));
        posts.len()
    }

    /// Completes when no connection is left.
    pub(super) async fn emptied(&self) {
        let mut notified = pin!(self.emptied.notified());
        while !self.is_empty() {
            notified.as_mut().await;
            notified.set(self.emptied.notified());
        }
    }

    fn read_clock(&self) -> u64 {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.now_ms.store(now, Relaxed);
        now
    }

    fn posts(&self) -> MutexGuard<'_, HashMap<u64, Arc<Post>>> {
        self.posts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place in the watch, given up when dropped.
pub(super) struct Posted {
    post: Arc<Post>,
    id: u64,
    watch: Arc<Watch>,
}

impl Posted {
    pub(super) fn post(&self) -> &Arc<Post> {
        &self.post
    }
}

impl Drop for Posted {
    fn drop(&mut self) {
        let mut posts = self.watch.posts();
        posts.remove(&self.id);
        if posts.is_empty() {
            self.watch.emptied.notify_one();
        }
    }
}
