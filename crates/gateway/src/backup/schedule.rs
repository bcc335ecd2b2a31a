//! Makes a backup every so often and keeps the last ones, as `[store] backup` says.
//!
//! When the next is due stands in the newest one's name, so a restart neither forgets one nor makes one more. A name that
//! is dated later than now says nothing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use payhook_domain::fault::{self, Point};
use payhook_domain::kind::Kind;
use payhook_domain::time::Timestamp;

use super::desk::{self, Asked, NotBegun};
use super::folder::{self, Names, Shelf};
use super::job::Stage;
use crate::alerts::{Alert, HOUR, stretch};
use crate::config::BackupPlan;
use crate::gateway::Gateway;

/// The longest sleep: a clock that was turned, or a machine that slept, is noticed after so long.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How long it waits after one that failed, unless the next is due sooner.
const AGAIN_AFTER: Duration = Duration::from_secs(300);

/// Makes them until the gateway ends.
pub(crate) async fn run(gateway: Arc<Gateway>, plan: BackupPlan) {
    let names = Names::of(gateway.backups.database());
    loop {
        let now = gateway.clock.now();
        let newest = shelf(&plan, gateway.backups.database(), now).ok().and_then(|shelf| shelf.newest());
        if let Some(newest) = newest {
            gateway.metrics.backed_up(newest.as_seconds());
        }
        let wait = until_due(newest, plan.every, now);
        if !wait.is_zero() {
            gateway.sleeper.sleep(wait.min(LOOK_EVERY)).await;
            continue;
        }
        if let Err(why) = one(&gateway, &plan, &names).await {
            tell(&gateway, &plan, &why);
            gateway.sleeper.sleep(AGAIN_AFTER.min(plan.every)).await;
        }
    }
}

/// How long until the next is due.
fn until_due(newest: Option<Timestamp>, every: Duration, now: Timestamp) -> Duration {
    newest.map_or(Duration::ZERO, |newest| newest.plus(every).since(now))
}

/// The backups of this store in the folder.
pub(crate) fn shelf(plan: &BackupPlan, database: &Path, now: Timestamp) -> std::io::Result<Shelf> {
    folder::list(&plan.folder, &Names::of(database), now)
}

/// Makes one, then removes those that are too many. Nothing is removed for one that failed.
async fn one(gateway: &Arc<Gateway>, plan: &BackupPlan, names: &Names) -> Result<(), String> {
    folder::sweep(&plan.folder, names).map_err(|error| error.to_string())?;
    let to = std::path::absolute(plan.folder.join(names.at(gateway.clock.now()))).map_err(|error| error.to_string())?;
    let asked = Asked { to, replace: false, with_key: plan.with_key };
    let job = loop {
        match desk::begin(gateway, asked.clone()) {
            // One that a person asked for.
            Err(NotBegun::UnderWay(id)) => drop(desk::wait(gateway, id).await),
            begun => break begun.map_err(|error| error.to_string())?,
        }
    };
    let over = desk::wait(gateway, job.id).await;
    if let Some(Stage::Failed(why)) = over.map(|job| job.stage) {
        return Err(why);
    }
    let thinned = folder::thin_out(&plan.folder, names, plan.keep, gateway.clock.now());
    thinned.map_err(|error| format!("old ones cannot be removed: {error}"))?;
    fault::pass(Point::BackupThinned);
    Ok(())
}

/// Once an hour, with the age of what there is.
fn tell(gateway: &Gateway, plan: &BackupPlan, why: &str) {
    let now = gateway.clock.now();
    let newest = shelf(plan, gateway.backups.database(), now).ok().and_then(|shelf| shelf.newest());
    let newest = newest.map_or("there is none".to_owned(), |newest| format!("the last one is of {newest}"));
    let hour = stretch(now, HOUR);
    let message = format!("no backup could be made in {}: {why}; {newest}", plan.folder.display());
    gateway.alert(Alert::new(Kind::AlertBackup, hour.to_string(), message));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_is_due_so_long_after_the_last_was_begun() {
        let (at, hour) = (Timestamp::from_seconds, Duration::from_secs(3_600));
        assert_eq!(until_due(None, hour, at(5)), Duration::ZERO);
        assert_eq!(until_due(Some(at(0)), hour, at(600)), Duration::from_secs(3_000));
        assert_eq!(until_due(Some(at(0)), hour, at(9_000)), Duration::ZERO);
    }
}
