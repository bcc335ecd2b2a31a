//! A destination's desk: looks for due deliveries, keeps its number of tries in hand.

use std::sync::Arc;
use std::time::Duration;

use payhook_domain::time::Timestamp;
use payhook_store::{Lease, Unavailable};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::attempt::{self, Counter};
use super::gate::Room;
use crate::gateway::Gateway;
use crate::plan::Target;

/// Longest a desk sleeps without looking: bounds the harm of a wake-up lost to a bug or a clock that jumped.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(15);

/// How long it waits after the store could not answer.
const STORE_PAUSE: Duration = Duration::from_millis(500);

/// How long a probe waits for tries that are still in hand, before it looks again.
const PROBE_PAUSE: Duration = Duration::from_millis(250);

/// How many deliveries a desk holds for each one its destination may be working on: those just read, and those whose
/// outcome is being written. Both wait for the store, and a destination that answers in a millisecond should not wait
/// with them.
const HELD_PER_HAND: usize = 4;

/// Most deliveries a desk holds beyond those its destination works on, whatever its concurrency: each holds a body in
/// memory.
const HELD_BEYOND_MAX: usize = 96;

/// What a desk is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// To work.
    Work,
    /// To begin nothing more, since another desk works for its destination or none does: what it holds and has not begun
    /// is given back, what is at the destination is finished.
    HandOver,
    /// To close, since the process ends.
    Close,
}

/// One destination's loop.
pub(crate) struct Desk {
    counter: Arc<Counter>,
    /// Tries in hand; each ends with the moment it is to be tried again, if it is.
    in_hand: JoinSet<Option<Timestamp>>,
}

/// What a look found, as far as it matters for the next one.
enum Found {
    /// As many as the desk may hold, and more waits.
    More,
    /// Everything that was due, or that may begin; the next one is due, or may begin, then.
    AllUntil(Option<Timestamp>),
    /// The store could not answer.
    Nothing,
}

impl Desk {
    pub(crate) fn new(gateway: Arc<Gateway>, target: Arc<Target>) -> Self {
        let hands = Semaphore::new(target.settings.concurrency);
        let gate = gateway.gates.of(&target, gateway.clock.now());
        Self { counter: Arc::new(Counter { gateway, target, gate, hands }), in_hand: JoinSet::new() }
    }

    /// Works until it is told otherwise. Told to hand over, it ends when the tries in hand have ended. Told to close, it
    /// waits for them for at most `drain`; what is still in hand then is abandoned: it stays pending and is tried again
    /// by the next process.
    pub(crate) async fn run(mut self, mut told: watch::Receiver<Told>, drain: Duration) {
        while *told.borrow() == Told::Work {
            let gateway = Arc::clone(&self.counter.gateway);
            // Registered before looking: a bell that rings during the look is not lost.
            let bell = gateway.bells.owed.notified();
            tokio::pin!(bell);
            bell.as_mut().enable();
            match self.look().await {
                Found::More => tokio::select! {
                    () = self.half_empty() => {}
                    _ = told.changed() => {}
                },
                Found::AllUntil(next_due) => tokio::select! {
                    () = bell => {}
                    () = self.until_due(next_due) => {}
                    _ = told.changed() => {}
                },
                Found::Nothing => tokio::select! {
                    () = gateway.sleeper.sleep(STORE_PAUSE) => {}
                    _ = told.changed() => {}
                },
            }
            while self.in_hand.try_join_next().is_some() {}
        }
        if *told.borrow() == Told::HandOver {
            let closes = async { drop(told.wait_for(|told| *told == Told::Close).await) };
            tokio::select! {
                () = self.hand_back() => return,
                () = closes => {}
            }
        }
        let finished = async { while self.in_hand.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(drain, finished).await;
    }

    /// Gives back what was not begun, and rings for each that ended: whoever works next for this destination does not
    /// know when it is due again.
    async fn hand_back(&mut self) {
        self.counter.hands.close();
        while self.in_hand.join_next().await.is_some() {
            self.counter.gateway.bells.ring();
        }
    }

    /// Waits until half of the desk is free, so that one look fetches many.
    async fn half_empty(&mut self) {
        let half = self.held_max() / 2;
        while self.in_hand.len() > half && self.in_hand.join_next().await.is_some() {}
    }

    /// With a rate none is held beyond those worked on: it would begin late, together with others.
    fn held_max(&self) -> usize {
        let hands = self.counter.target.settings.concurrency;
        if self.counter.target.settings.rate.is_some() {
            return hands;
        }
        hands + hands.saturating_mul(HELD_PER_HAND - 1).min(HELD_BEYOND_MAX)
    }

    /// Waits until something is due: what the look found to be next, or a try in hand that failed meanwhile.
    async fn until_due(&mut self, mut next_due: Option<Timestamp>) {
        loop {
            let now = self.counter.gateway.clock.now();
            let pause = next_due.map_or(LOOK_AGAIN_AFTER, |at| at.since(now).min(LOOK_AGAIN_AFTER));
            tokio::select! {
                () = self.counter.gateway.sleeper.sleep(pause) => return,
                Some(ended) = self.in_hand.join_next() => {
                    let again_at = ended.ok().flatten();
                    next_due = [next_due, again_at].into_iter().flatten().min();
                }
            }
        }
    }

    /// Takes as many deliveries in hand as the desk may hold and the gate lets through.
    async fn look(&mut self) -> Found {
        let free = self.held_max().saturating_sub(self.in_hand.len());
        if free == 0 {
            return Found::More;
        }
        let Counter { gateway, target, gate, .. } = &*self.counter;
        let now = gateway.clock.now();
        let (limit, ahead) = match gate.room(free, now) {
            Room::For(limit) => (limit, Duration::ZERO),
            Room::ForProbe(ahead) if self.in_hand.is_empty() => (1, ahead),
            // A probe goes alone: what is in hand still was begun before.
            Room::ForProbe(_) => return Found::AllUntil(Some(now.plus(PROBE_PAUSE))),
            Room::Shut(until) => return Found::AllUntil(until),
        };
        let Lease { due, more, next_due } = match gateway.store.lease(target.id, limit, now, ahead).await {
            Ok(lease) => lease,
            Err(Unavailable::Closed) => return Found::AllUntil(None),
            Err(_) => return Found::Nothing,
        };
        let (begins, owed) = gate.book(due.len(), gateway.clock.now());
        // A rate's debt is written before the try it is owed for, so that no kill forgives it.
        if let Some(memo) = owed
            && gateway.store.keep(memo).await.is_err()
        {
            due.iter().for_each(|leased| gateway.store.unlease(leased.id));
            return Found::Nothing;
        }
        let taken = due.len();
        for (leased, begins_at) in due.into_iter().zip(begins) {
            self.in_hand.spawn(attempt::make(Arc::clone(&self.counter), leased, begins_at));
        }
        match more {
            // The gate let through less than the desk could hold: it says when there is room again.
            true if taken < free => Found::AllUntil(Some(now)),
            true => Found::More,
            false => Found::AllUntil(next_due),
        }
    }
}
