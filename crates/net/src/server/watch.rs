//! The watchman: keeps time for every connection of one server.
//!
//! A timer per request, set and cleared, costs more than all the rest of an idle request. So connections only note
//! *what they are doing and since when* (one relaxed store, no clock read, no timer), and one watchman goes round every
//! [`ROUND`] and tells those that are late. Lateness is therefore noticed up to one round late.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use futures_util::task::AtomicWaker;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::limits::Limits;

/// Between two rounds: a hundredth of the default header time.
pub(super) const ROUND: Duration = Duration::from_millis(100);

/// What a connection that was told to end may still take for it: last words, and the peer's own close.
pub(super) const LINGER_MS_MAX: u64 = 1_000;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// Accepted; nothing heard, or a TLS handshake under way.
    Opening,
    /// Between two requests.
    Idle,
    /// Part of a request's header has arrived.
    Header,
    /// At least one request is being handled or answered.
    Busy,
    /// Ours is closed; the peer's is still open.
    Closing,
}

/// What the watchman can tell a connection, as bits.
mod order {
    /// Finish what is in flight, take nothing new.
    pub(super) const FINISH: u8 = 1;
    /// Say 408: the header is late.
    pub(super) const SAY_LATE: u8 = 2;
    /// Go, now.
    pub(super) const CUT: u8 = 4;
}

/// All connections of one server.
pub(super) struct Watch {
    limits: Limits,
    started: Instant,
    now_ms: Arc<AtomicU64>,
    posts: Mutex<HashMap<u64, Arc<Post>>>,
    next: AtomicU64,
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

/// Where one connection notes what it does, and finds what it is told.
pub(super) struct Post {
    now_ms: Arc<AtomicU64>,
    /// The phase in the lowest 3 bits, the millisecond it began above them.
    phase: AtomicU64,
    /// The millisecond since when the peer takes nothing, plus one; 0 while it does.
    stalled: AtomicU64,
    in_flight: AtomicU32,
    unflushed: AtomicBool,
    refused: AtomicBool,
    orders: AtomicU8,
    waker: AtomicWaker,
}

impl Post {
    fn new(now_ms: Arc<AtomicU64>) -> Self {
        let post = Self {
            now_ms,
            phase: AtomicU64::default(),
            stalled: AtomicU64::default(),
            in_flight: AtomicU32::default(),
            unflushed: AtomicBool::default(),
            refused: AtomicBool::default(),
            orders: AtomicU8::default(),
            waker: AtomicWaker::new(),
        };
        post.enter(Phase::Opening);
        post
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(self.now_ms.load(Relaxed) << 3 | phase as u64, Relaxed);
    }

    pub(super) fn phase(&self) -> Phase {
        match self.phase.load(Relaxed) & 7 {
            0 => Phase::Opening,
            1 => Phase::Idle,
            2 => Phase::Header,
            3 => Phase::Busy,
            _ => Phase::Closing,
        }
    }

    /// Bytes have arrived: if no request is open, a header has begun.
    pub(super) fn heard(&self) {
        if matches!(self.phase(), Phase::Opening | Phase::Idle) {
            self.enter(Phase::Header);
        }
    }

    /// A request's header is whole. The request lasts until its last [`Flight`] is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Flight {
        self.in_flight.fetch_add(1, Relaxed);
        self.enter(Phase::Busy);
        Flight(Arc::clone(self))
    }

    /// An answer is handed over for writing; `refused` when it may have left part of the request unread.
    pub(super) fn answered(&self, refused: bool) {
        self.unflushed.store(true, Relaxed);
        self.refused.store(refused, Relaxed);
    }

    /// Everything handed over has been written.
    pub(super) fn flushed(&self) {
        if self.unflushed.load(Relaxed) {
            self.unflushed.store(false, Relaxed);
        }
    }

    /// Whether part of an answer may still wait to be written.
    pub(super) fn is_unflushed(&self) -> bool {
        self.unflushed.load(Relaxed)
    }

    /// Whether the last answer may have left part of its request unread.
    pub(super) fn has_refused(&self) -> bool {
        self.refused.load(Relaxed)
    }

    /// The peer takes no bytes now, or takes them again.
    pub(super) fn stalled(&self, stalled: bool) {
        let was = self.stalled.load(Relaxed);
        if stalled && was == 0 {
            self.stalled.store(self.now_ms.load(Relaxed) + 1, Relaxed);
        } else if !stalled && was != 0 {
            self.stalled.store(0, Relaxed);
        }
    }

    pub(super) fn is_told_to_finish(&self) -> bool {
        self.orders.load(Relaxed) & order::FINISH != 0
    }

    pub(super) fn is_told_to_say_late(&self) -> bool {
        self.orders.load(Relaxed) & order::SAY_LATE != 0
    }

    pub(super) fn is_told_to_go(&self) -> bool {
        self.orders.load(Relaxed) & order::CUT != 0
    }

    /// Registers the running task to be woken by an order. Before looking at the orders, so that none is missed.
    pub(super) fn listen(&self, cx: &std::task::Context<'_>) {
        self.waker.register(cx.waker());
    }

    /// Runs `step` until it ends, or until the connection is told to finish: for steps before the first request.
    pub(super) async fn attended<F: Future>(&self, step: F) -> Option<F::Output> {
        let mut step = pin!(step);
        poll_fn(|cx| {
            self.listen(cx);
            if self.is_told_to_go() || self.is_told_to_finish() {
                return Poll::Ready(None);
            }
            step.as_mut().poll(cx).map(Some)
        })
        .await
    }

    fn tell(&self, order: u8) {
        if self.orders.fetch_or(order, Relaxed) & order == 0 {
            self.waker.wake();
        }
    }

    /// What this connection has coming, at `now` milliseconds.
    fn order_due(&self, now: u64, limits: &Limits) -> Option<u8> {
        let past = |since: u64, max: Duration, grace: u64| {
            u128::from(now.saturating_sub(since)) > max.as_millis() + u128::from(grace)
        };
        let stalled = self.stalled.load(Relaxed);
        if stalled > 0 && past(stalled - 1, limits.write_time_max, 0) {
            return Some(order::CUT);
        }
        let since = self.phase.load(Relaxed) >> 3;
        let (max, first) = match self.phase() {
            Phase::Busy => return None,
            Phase::Idle if self.is_unflushed() => return None,
            Phase::Opening => (limits.header_time_max, order::CUT),
            Phase::Header => (limits.header_time_max, order::SAY_LATE),
            Phase::Idle => (limits.idle_time_max, order::FINISH),
            Phase::Closing => (Duration::ZERO, order::FINISH),
        };
        if past(since, max, LINGER_MS_MAX) {
            return Some(order::CUT);
        }
        past(since, max, 0).then_some(first)
    }
}

/// A request in flight. When the last one of a connection is dropped, the connection is idle.
pub(super) struct Flight(Arc<Post>);

impl Drop for Flight {
    fn drop(&mut self) {
        if self.0.in_flight.fetch_sub(1, Relaxed) == 1 {
            self.0.enter(Phase::Idle);
        }
    }
}
