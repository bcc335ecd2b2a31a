//! One turnover: everything that can fail is done first, then everything changes without a wait.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use payhook_domain::fault::{self, Point};
use payhook_domain::time::Timestamp;
use payhook_store::Unavailable;

use super::desks::Desks;
use super::listeners::Move;
use super::{Face, Listeners, changes, outcome, refusal};
use crate::boot::BootError;
use crate::config::{Finding, Loaded, Mistakes, Place, Resolved, Warning};
use crate::dispatch::gate::{self, Kept};
use crate::gateway::Gateway;
use crate::plan::{Plan, PlanError, scope};

/// A changed configuration that can be taken: nothing of it can fail any more.
pub(super) struct Prepared {
    face: Face,
    plan: Plan,
    kept: Kept,
    listeners: Move,
    abandoned: Vec<String>,
    changes: Vec<String>,
    warnings: Vec<Warning>,
}

/// Does everything that can fail, and changes nothing that runs.
///
/// # Errors
/// All that stands against it.
pub(super) async fn prepare(
    gateway: &Gateway,
    face: &Face,
    listeners: &Listeners,
    loaded: Loaded,
) -> Result<Prepared, Mistakes> {
    fault::pass(Point::ReloadRead);
    let Loaded { config, warnings } = loaded;
    let against = Against::new(&config);
    let running = gateway.plan.load_full();
    let tallies = gateway.reader.tallies().await.map_err(|error| against.store(&error))?;
    let mut findings = refusal::of(face, &running, &config, &tallies);
    let listeners = listeners.prepare(config.server.clone()).map_err(|wrong| {
        findings.extend(wrong.iter().map(|error| against.listener(error)));
    });
    let Some(listeners) = listeners.ok().filter(|_| findings.is_empty()) else { return Err(Mistakes(findings)) };
    fault::pass(Point::ReloadBound);
    let kept = gate::kept(gateway.reader.as_ref()).await.map_err(|error| against.store(&error))?;
    let new = Face::new(&config, face.remembers_orders);
    let mut changes = changes::between(&face.facts, &new.facts);
    if changes.is_empty() && config.digest != running.digest {
        changes.push("the order of its tables".to_owned());
    }
    let abandoned = config.abandon.clone();
    let plan = Plan::make(config, HashMap::new(), gateway.store.as_ref(), Some(&running)).await;
    let plan = plan.map_err(|error| against.plan(&error))?;
    let names = gateway.reader.names().await.map_err(|error| against.store(&error))?;
    gateway.names.learn(names);
    fault::pass(Point::ReloadPrepared);
    Ok(Prepared { face: new, plan, kept, listeners, abandoned, changes, warnings })
}

/// Takes it. Not async: whoever drops the turnover in the middle drops it before this, or not at all.
pub(super) fn commit(
    gateway: &Gateway,
    prepared: Prepared,
    now: Timestamp,
    desks: &mut Desks,
    listeners: &mut Listeners,
) -> Face {
    let Prepared { face, plan, kept, listeners: moved, abandoned, changes, warnings } = prepared;
    gateway.gates.follow(&plan, &kept, now);
    let before = gateway.plan.swap(Arc::new(plan));
    fault::pass(Point::ReloadSwapped);
    desks.follow(&before, &abandoned);
    fault::pass(Point::ReloadHandedOver);
    listeners.commit(moved);
    fault::pass(Point::ReloadTaken);
    if changes.is_empty() {
        outcome::unchanged(gateway, "nothing in it differs from what runs");
    } else {
        outcome::taken(gateway, before.digest, changes, &warnings);
    }
    face
}

/// Words for what fails outside the file, at the file.
struct Against(Place);

impl Against {
    fn new(config: &Resolved) -> Self {
        Self(config.file.as_deref().map_or(Place::Environment, |file| Place::File(Arc::<Path>::from(file))))
    }

    fn finding(&self, what: String, hint: &str) -> Finding {
        Finding { place: self.0.clone(), what, hint: hint.to_owned() }
    }

    fn store(&self, error: &Unavailable) -> Mistakes {
        let hint = "check the disk's free space and who may write to the store's folder; then ask again";
        Mistakes(vec![self.finding(error.to_string(), hint)])
    }

    fn plan(&self, error: &PlanError) -> Mistakes {
        match error {
            PlanError::Store(error) => self.store(error),
            PlanError::Scope { .. } => Mistakes(vec![self.finding(error.to_string(), scope::HINT)]),
            PlanError::Destination { .. } | PlanError::KeySet { .. } => {
                Mistakes(vec![self.finding(error.to_string(), "`payhook check` reads the configuration")])
            }
        }
    }

    fn listener(&self, error: &BootError) -> Finding {
        let hint = match error {
            BootError::Bind { .. } => "choose an address that is free; the running listener stays",
            _ => "name a certificate and the key that belongs to it",
        };
        self.finding(error.to_string(), hint)
    }
}
