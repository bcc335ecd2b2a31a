//! The gate of one destination: whether a try may begin. Paused, resting or ahead of its rate, it stays shut.
//!
//! A gate knows the time only as it is told. Gates outlive a change of the configuration, and what they must remember
//! outlives the process: it is kept in the store under `pause/NAME`, `breaker/NAME` and `rate/NAME`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payhook_domain::delivery::Outcome;
use payhook_domain::id::NameId;
use payhook_domain::time::Timestamp;
use payhook_store::{Memo, Reader, Unavailable};

use super::breaker::{Begun, Breaker, May, Turn};
use super::rate::Meter;
use crate::config;
use crate::plan::{Plan, Target};

/// Every destination's gate.
#[derive(Default)]
pub(crate) struct Gates(Mutex<HashMap<NameId, Arc<Gate>>>);

impl Gates {
    /// Gates as they were when the last process ended.
    pub(crate) async fn restore(plan: &Plan, reader: &dyn Reader, now: Timestamp) -> Result<Self, Unavailable> {
        let gates = Self::default();
        gates.follow(plan, &kept(reader).await?, now);
        Ok(gates)
    }

    /// Goes by the plan's settings from now on. A gate that is there keeps what it knows of its destination; one that is
    /// new is as it was `kept`.
    pub(crate) fn follow(&self, plan: &Plan, kept: &Kept, now: Timestamp) {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for target in &plan.destinations {
            match gates.get(&target.id) {
                Some(gate) => gate.change(&target.settings, now),
                None => drop(gates.insert(target.id, Arc::new(Gate::restored(&target.settings, kept, now)))),
            }
        }
    }

    /// The gate of this destination.
    pub(crate) fn of(&self, target: &Target, now: Timestamp) -> Arc<Gate> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Gate::restored(&target.settings, &Kept::new(), now));
        Arc::clone(gates.entry(target.id).or_insert_with(new))
    }
}

/// What gates left in the store, by name.
pub(crate) type Kept = HashMap<String, Vec<u8>>;

/// Reads what gates left in the store.
pub(crate) async fn kept(reader: &dyn Reader) -> Result<Kept, Unavailable> {
    let mut kept = Kept::new();
    for prefix in ["pause/", "breaker/", "rate/"] {
        let memos = reader.kept(prefix.to_owned()).await?;
        kept.extend(memos.into_iter().filter_map(|memo| Some((memo.name, memo.value?))));
    }
    Ok(kept)
}

/// Whether a destination is tried.
pub(crate) struct Gate {
    name: String,
    state: Mutex<State>,
}

struct State {
    paused: Option<Timestamp>,
    breaker: Breaker,
    meter: Option<Meter>,
}

/// How many deliveries may be taken in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// So many, at least one.
    For(usize),
    /// One of those due now or within so long, to see whether the destination is back.
    ForProbe(Duration),
    /// None, before this when it is known; whatever opens it earlier rings.
    Shut(Option<Timestamp>),
}

/// Leave to make one try. Dropped without an ending, nothing is learnt from it.
pub(crate) struct Pass {
    gate: Arc<Gate>,
    begun: Option<Begun>,
}

/// What became of a try, as far as its destination is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// What it changed.
    pub(crate) turn: Option<Turn>,
    /// Failures in a row that are to be kept, or taken back.
    pub(crate) streak_is_news: bool,
    /// The destination is taken for down, and rests until then.
    pub(crate) down_until: Option<Timestamp>,
}

/// How a gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Since when it is paused.
    pub(crate) paused_since: Option<Timestamp>,
    /// Since when its breaker is open, and until when it rests.
    pub(crate) resting: Option<(Timestamp, Timestamp)>,
    /// Failures in a row while its breaker is closed.
    pub(crate) failures: u32,
}

impl Gate {
    fn restored(settings: &config::Destination, kept: &Kept, now: Timestamp) -> Self {
        let name = settings.name.clone();
        let memo = |what: &str| kept.get(&format!("{what}/{name}"));
        let micros = |text: &Vec<u8>| std::str::from_utf8(text).ok()?.parse().ok().map(Timestamp::from_micros);
        let seed = name.bytes().fold(0_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
        let mut breaker = Breaker::new(settings.breaker, seed);
        let mut meter = settings.rate.map(|rate| Meter::new(rate, now));
        if let Some(kept) = memo("breaker") {
            breaker.restore(kept, now);
        }
        if let (Some(meter), Some(kept)) = (&mut meter, memo("rate")) {
            meter.restore(kept, now);
        }
        // One that cannot be read is a pause all the same.
        let paused = memo("pause").map(|kept| micros(kept).unwrap_or(now));
        Self { state: Mutex::new(State { paused, breaker, meter }), name }
    }

    /// Goes by other settings from now on. The rate's debt and the breaker's memory stay.
    fn change(&self, settings: &config::Destination, now: Timestamp) {
        let mut state = self.state();
        state.breaker.change(settings.breaker, now);
        state.meter = settings.rate.map(|rate| match state.meter.take() {
            Some(meter) => meter.changed(rate, now),
            None => Meter::new(rate, now),
        });
    }

    /// How many of `wanted` deliveries may be taken in hand at `now`.
    pub(crate) fn room(&self, wanted: usize, now: Timestamp) -> Room {
        let mut state = self.state();
        if state.paused.is_some() {
            return Room::Shut(None);
        }
        let may = state.breaker.may(now);
        if let May::Rest(until) = may {
            return Room::Shut(until);
        }
        match state.meter.as_mut().map_or(Ok(wanted), |meter| meter.room(wanted, now)) {
            Ok(_) if may == May::Probe => Room::ForProbe(state.breaker.probes_ahead()),
            Ok(count) => Room::For(count),
            Err(until) => Room::Shut(Some(until)),
        }
    }

    /// Takes `count` places in the row of the rate: when each may begin, and what is to be kept before any does.
    pub(crate) fn book(&self, count: usize, now: Timestamp) -> (Vec<Timestamp>, Option<Memo>) {
        let mut state = self.state();
        let Some(meter) = &mut state.meter else { return (vec![now; count], None) };
        let begins = (0..count).map(|_| meter.book(now)).collect();
        let kept = (count > 0).then(|| meter.keep()).flatten();
        (begins, kept.map(|value| self.memo("rate", Some(value))))
    }

    /// Leave to begin a try at `now`, unless the gate was shut meanwhile.
    pub(crate) fn enter(self: &Arc<Self>, now: Timestamp) -> Option<Pass> {
        let mut state = self.state();
        if state.paused.is_some() || matches!(state.breaker.may(now), May::Rest(_)) {
            return None;
        }
        let begun = Some(state.breaker.begin());
        drop(state);
        Some(Pass { gate: Arc::clone(self), begun })
    }

    /// Whether its destination was down since then, so that tries may not count.
    pub(crate) fn was_down_since(&self, at: Timestamp) -> bool {
        self.state().breaker.was_down_since(at)
    }

    /// Whether its destination was down then.
    pub(crate) fn was_down(&self, at: Timestamp) -> bool {
        self.state().breaker.was_down(at)
    }

    /// How it stands.
    pub(crate) fn standing(&self) -> Standing {
        let state = self.state();
        let (resting, failures) = (state.breaker.resting(), state.breaker.failures());
        Standing { paused_since: state.paused, resting, failures }
    }

    /// What is kept of a pause that begins now, or ends.
    pub(crate) fn pause_memo(&self, since: Option<Timestamp>) -> Memo {
        self.memo("pause", since.map(|since| since.as_micros().to_string().into_bytes()))
    }

    /// Pauses it, or lets it go on; whether that changed anything.
    pub(crate) fn set_paused(&self, since: Option<Timestamp>) -> bool {
        let mut state = self.state();
        let changes = state.paused.is_some() != since.is_some();
        if changes {
            state.paused = since;
        }
        changes
    }

    /// Ends a rest: the next try is a probe. Whether there was one.
    pub(crate) fn wake(&self, now: Timestamp) -> bool {
        self.state().breaker.wake(now)
    }

    /// Hands what is to be kept of the breaker to `keep`, which must queue it before it returns: the newest comes last.
    pub(crate) fn keep_breaker<A>(&self, keep: impl FnOnce(Memo) -> A) -> A {
        let state = self.state();
        keep(self.memo("breaker", Some(state.breaker.keep())))
    }

    fn memo(&self, what: &str, value: Option<Vec<u8>>) -> Memo {
        Memo { name: format!("{what}/{}", self.name), value }
    }

    /// Every state in it is whole, whoever panicked.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass {
    /// The try has ended so.
    pub(crate) fn end(mut self, outcome: &Outcome, started_at: Timestamp, now: Timestamp) -> Ended {
        let mut state = self.gate.state();
        let begun = self.begun.take();
        let turn = begun.and_then(|begun| match *outcome {
            Outcome::Delivered | Outcome::Rejected => state.breaker.answered(begun, now),
            Outcome::Failed { retry_after } => state.breaker.failed(begun, started_at, now, retry_after),
        });
        let streak_is_news = state.breaker.streak_is_news(now);
        Ended { turn, streak_is_news, down_until: state.breaker.resting().map(|(_, until)| until) }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Some(begun) = self.begun.take() {
            self.gate.state().breaker.abandon(begun);
        }
    }
}
