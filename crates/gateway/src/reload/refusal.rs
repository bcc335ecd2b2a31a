//! What a changed configuration must not do while payhook runs.

use std::path::Path;
use std::sync::Arc;

use payhook_store::Tallies;

use super::Face;
use super::orphans::{self, owed};
use crate::config::{Finding, Place, Resolved, Store};
use crate::plan::{Plan, Target, scope};

/// Everything that stands against taking `new`, at once. What would need a restart says so.
pub(super) fn of(face: &Face, plan: &Plan, new: &Resolved, tallies: &Tallies) -> Vec<Finding> {
    let place = new.file.as_deref().map_or(Place::Environment, |file| Place::File(Arc::<Path>::from(file)));
    let mut against = Against { place, findings: Vec::new() };
    if face.file != new.file {
        against.say("there is a configuration file now, which needs a restart", "restart payhook, or remove the file");
    }
    against.store(&face.store, &new.store);
    if !face.remembers_orders && new.routes.iter().any(|route| route.hold.is_some()) {
        against.say(
            "the first `hold` of a route needs a restart: which orders succeeded is remembered from then on",
            "restart payhook, or remove `hold`",
        );
    }
    against.scopes(plan, new);
    let gone = plan.destinations.iter().filter(|target| !is_configured(target, new));
    gone.for_each(|target| against.removed(target, new, tallies));
    against.findings
}

fn is_configured(target: &Target, new: &Resolved) -> bool {
    new.destinations.iter().any(|settings| settings.name == target.settings.name)
}

struct Against {
    place: Place,
    findings: Vec<Finding>,
}

impl Against {
    fn say(&mut self, what: impl Into<String>, hint: impl Into<String>) {
        self.findings.push(Finding { place: self.place.clone(), what: what.into(), hint: hint.into() });
    }

    /// Taken apart, so that a new key of the section is either changed while running or named here.
    fn store(&mut self, running: &Store, new: &Store) {
        // Retention is read from the plan at each of its steps.
        let Store { path, reserve_bytes, retention: _, backup } = new;
        if *path != running.path {
            let what = format!("`url` of [store] names another database than {}, which runs", running.path.display());
            self.say(what, "put it back; another database needs a restart, and has none of what this one keeps");
        }
        if *reserve_bytes != running.reserve_bytes {
            self.say("`reserve` of [store] changed, which needs a restart", "restart payhook, or put it back");
        }
        if *backup != running.backup {
            self.say("`backup` of [store] changed, which needs a restart", "restart payhook, or put it back");
        }
    }

    /// Under stored events it would not start either; without any, a request in hand could store the first.
    fn scopes(&mut self, plan: &Plan, new: &Resolved) {
        for source in &new.sources {
            let running = plan.sources.iter().find(|running| running.settings.name == source.name);
            let Some(was) = running.map(|running| running.settings.scope()) else { continue };
            let now = source.scope();
            if was != now {
                let name = &source.name;
                self.say(
                    format!(
                        "environment and account of source `{name}` changed from {was} to {now}, which needs a restart, and is \
                         refused then as well once it has stored events: the same notifications would become others"
                    ),
                    scope::HINT,
                );
            }
        }
    }

    fn removed(&mut self, target: &Target, new: &Resolved, tallies: &Tallies) {
        let (name, owed) = (&target.settings.name, owed(tallies, target.id));
        if owed > 0 && !new.abandon.contains(name) {
            self.say(
                format!("destination `{name}` is gone while {} to it", orphans::said(owed)),
                orphans::hint("keep it until they are delivered", name),
            );
        }
    }
}
