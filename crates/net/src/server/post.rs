//! Where one connection notes what it does, and finds what it is told.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::task::AtomicWaker;

use crate::limits::Limits;

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
pub(super) mod order {
    /// Finish what is in flight, take nothing new.
    pub(in crate::server) const FINISH: u8 = 1;
    /// Say 408: the header is late.
    pub(in crate::server) const SAY_LATE: u8 = 2;
    /// Go, now.
    pub(in crate::server) const CUT: u8 = 4;
    /// Go with the next answer.
    pub(in crate::server) const LEAVE: u8 = 8;
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
    pub(super) fn new(now_ms: Arc<AtomicU64>) -> Self {
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
        // It came whole in the moment it was called late; the next header is not this one.
        if self.is_told_to_say_late() {
            self.orders.fetch_and(!order::SAY_LATE, Relaxed);
        }
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

    pub(super) fn is_told_to_leave(&self) -> bool {
        self.orders.load(Relaxed) & order::LEAVE != 0
    }

    pub(super) fn is_told_to_say_late(&self) -> bool {
        self.orders.load(Relaxed) & order::SAY_LATE != 0
    }

    pub(super) fn is_told_to_go(&self) -> bool {
        self.orders.load(Relaxed) & order::CUT != 0
    }

    /// Registers the running task to be woken by an order. Before looking at the orders, so that none is missed.
    pub(super) fn listen(&self, cx: &Context<'_>) {
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

    pub(super) fn tell(&self, order: u8) {
        if self.orders.fetch_or(order, Relaxed) & order == 0 {
            self.waker.wake();
        }
    }

    /// What this connection has coming, at `now` milliseconds.
    pub(super) fn order_due(&self, now: u64, limits: &Limits) -> Option<u8> {
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

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        connections_max: 1,
        connections_per_peer_max: 1,
        header_bytes_max: 1,
        header_count_max: 1,
        header_time_max: Duration::from_millis(10_000),
        idle_time_max: Duration::from_millis(75_000),
        write_time_max: Duration::from_millis(30_000),
        hand_over_time_max: Duration::from_secs(1),
        drain_time_max: Duration::ZERO,
        streams_max: 1,
    };

    fn post(phase: Phase) -> Arc<Post> {
        let post = Post::new(Arc::new(AtomicU64::new(1_000)));
        post.enter(phase);
        Arc::new(post)
    }

    #[test]
    fn each_phase_has_its_time_and_its_ending() {
        for (phase, waited, expected) in [
            (Phase::Opening, 10_000, None),
            (Phase::Opening, 10_001, Some(order::CUT)),
            (Phase::Header, 10_000, None),
            (Phase::Header, 10_001, Some(order::SAY_LATE)),
            (Phase::Header, 11_001, Some(order::CUT)),
            (Phase::Idle, 75_000, None),
            (Phase::Idle, 75_001, Some(order::FINISH)),
            (Phase::Idle, 76_001, Some(order::CUT)),
            (Phase::Busy, u64::MAX / 2, None),
            (Phase::Closing, 1_000, Some(order::FINISH)),
            (Phase::Closing, 1_001, Some(order::CUT)),
        ] {
            assert_eq!(post(phase).order_due(1_000 + waited, &LIMITS), expected, "{phase:?} for {waited} ms");
        }
    }

    #[test]
    fn a_peer_that_takes_nothing_is_cut_whatever_it_does() {
        let post = post(Phase::Busy);
        post.stalled(true);
        assert_eq!(post.order_due(31_000, &LIMITS), None);
        assert_eq!(post.order_due(31_001, &LIMITS), Some(order::CUT));
        post.stalled(false);
        assert_eq!(post.order_due(31_001, &LIMITS), None);
    }

    #[test]
    fn a_connection_is_idle_when_its_last_request_is_answered_and_written() {
        let post = post(Phase::Header);
        let (first, second) = (post.begin(), post.begin());
        drop(first);
        assert_eq!(post.phase(), Phase::Busy);
        post.answered(false);
        drop(second);
        assert_eq!(post.phase(), Phase::Idle);
        assert_eq!(post.order_due(99_000, &LIMITS), None, "its answer is still being written");
        post.flushed();
        assert_eq!(post.order_due(99_000, &LIMITS), Some(order::CUT));
    }

    #[test]
    fn a_header_that_came_in_the_last_moment_does_not_make_the_next_one_late() {
        let post = post(Phase::Header);
        post.tell(order::SAY_LATE);
        drop(post.begin());
        post.heard();
        assert!(!post.is_told_to_say_late());
    }
}
