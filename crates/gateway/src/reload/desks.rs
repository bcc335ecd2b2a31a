//! The desks of all destinations: opened, changed and closed as the configuration says.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use payhook_domain::id::NameId;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::orphans::owed;
use crate::dispatch::{Desk, Told};
use crate::gateway::Gateway;
use crate::plan::{Plan, Target};

/// How often a destination that leaves is looked at, whether something is owed to it still.
const LEAVING_LOOK_EVERY: Duration = Duration::from_secs(1);

/// Looks in a row that found nothing owed, after which it is gone: what was on its way into the store is there by then.
const LEAVING_LOOKS: u32 = 2;

/// Every desk.
pub(super) struct Desks {
    gateway: Arc<Gateway>,
    drain: Duration,
    working: HashMap<NameId, Working>,
    /// Of destinations that left, until nothing can be owed to them any more.
    leaving: HashMap<NameId, Arc<watch::Sender<Told>>>,
    /// Those that hand over, to be told at the stop.
    ending: Vec<Arc<watch::Sender<Told>>>,
    tasks: JoinSet<()>,
}

/// A desk that works for a configured destination.
struct Working {
    target: Arc<Target>,
    told: Arc<watch::Sender<Told>>,
}

impl Desks {
    /// Opens one for each destination of the plan. At the stop, each waits for what it has in hand for at most `drain`.
    pub(super) fn open(gateway: &Arc<Gateway>, drain: Duration) -> Self {
        let gateway = Arc::clone(gateway);
        let (working, leaving) = (HashMap::new(), HashMap::new());
        let mut desks = Self { gateway, drain, working, leaving, ending: Vec::new(), tasks: JoinSet::new() };
        let plan = desks.gateway.plan.load_full();
        plan.destinations.iter().for_each(|target| desks.begin(target));
        desks
    }

    /// Follows from the plan `before` to the one that runs: a destination that changed in anything gets another desk, and
    /// the old one finishes what it has in hand. One that is gone keeps its desk until nobody can owe it anything more,
    /// unless it is abandoned.
    pub(super) fn follow(&mut self, before: &Arc<Plan>, abandoned: &[String]) {
        while self.tasks.try_join_next().is_some() {}
        self.ending.retain(|told| !told.is_closed());
        self.leaving.retain(|_, told| !told.is_closed());
        let plan = self.gateway.plan.load_full();
        for target in &before.destinations {
            if !plan.destinations.iter().any(|still| still.id == target.id) {
                self.leave(target, before, abandoned.contains(&target.settings.name));
            }
        }
        for target in &plan.destinations {
            if !self.working.get(&target.id).is_some_and(|working| Arc::ptr_eq(&working.target, target)) {
                self.hand_over(target.id);
                self.begin(target);
            }
        }
    }

    /// Tells all to close, and waits until they have.
    pub(super) async fn close(mut self) {
        let working = self.working.values().map(|working| &working.told);
        for told in working.chain(self.leaving.values()).chain(&self.ending) {
            told.send_replace(Told::Close);
        }
        while self.tasks.join_next().await.is_some() {}
    }

    fn begin(&mut self, target: &Arc<Target>) {
        let (told, hears) = watch::channel(Told::Work);
        let desk = Desk::new(Arc::clone(&self.gateway), Arc::clone(target));
        self.tasks.spawn(desk.run(hears, self.drain));
        self.working.insert(target.id, Working { target: Arc::clone(target), told: Arc::new(told) });
    }

    /// Also of a destination that left a moment ago and is back: no two desks begin deliveries for one.
    fn hand_over(&mut self, id: NameId) {
        let working = self.working.remove(&id).map(|working| working.told);
        for told in working.into_iter().chain(self.leaving.remove(&id)) {
            told.send_replace(Told::HandOver);
            self.ending.push(told);
        }
    }

    fn leave(&mut self, target: &Arc<Target>, before: &Arc<Plan>, is_abandoned: bool) {
        if is_abandoned {
            self.hand_over(target.id);
            return;
        }
        let Some(Working { told, .. }) = self.working.remove(&target.id) else { return };
        self.leaving.insert(target.id, Arc::clone(&told));
        let leaving = Leaving {
            gateway: Arc::clone(&self.gateway),
            target: Arc::clone(target),
            before: Arc::downgrade(before),
            told,
        };
        self.tasks.spawn(leaving.until_nothing_is_owed());
    }
}

/// A destination that left the configuration with nothing owed to it. A request that came under the old one may be on
/// its way still, and owe it something.
struct Leaving {
    gateway: Arc<Gateway>,
    target: Arc<Target>,
    before: Weak<Plan>,
    told: Arc<watch::Sender<Told>>,
}

impl Leaving {
    async fn until_nothing_is_owed(self) {
        let Self { gateway, target, before, told } = self;
        let mut hears = told.subscribe();
        let mut quiet = 0;
        while quiet < LEAVING_LOOKS {
            let otherwise = async { drop(hears.wait_for(|told| *told != Told::Work).await) };
            tokio::select! {
                () = gateway.sleeper.sleep(LEAVING_LOOK_EVERY) => {}
                () = otherwise => return,
            }
            let is_gone = before.strong_count() == 0;
            let owed = gateway.reader.tallies().await.map(|tallies| owed(&tallies, target.id));
            quiet = if is_gone && owed == Ok(0) { quiet + 1 } else { 0 };
        }
        told.send_if_modified(|told| {
            let works = *told == Told::Work;
            *told = if works { Told::HandOver } else { *told };
            works
        });
    }
}
