//! Makes a backup every so often and keeps the last ones, as `[store] backup` says.
//!
//! When the next is due stands in the newest one's name, so a restart neither forgets one nor makes one more.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use payhook_domain::fault::{self, Point};
use payhook_domain::kind::Kind;
use payhook_domain::time::Timestamp;

use super::desk::{self, Asked, NotBegun};
use super::folder::{self, Names};
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
        let (now, newest) = (gateway.clock.now(), newest(&plan, gateway.backups.database()));
        if let Ok(Some(newest)) = newest {
            gateway.metrics.backed_up(newest.as_seconds());
        }
        let wait = newest.map(|newest| until_due(newest, plan.every, now)).unwrap_or_default();
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

/// How long until the next is due. A newest one from the future says that the clock was turned back; it counts as now.
fn until_due(newest: Option<Timestamp>, every: Duration, now: Timestamp) -> Duration {
    newest.map_or(Duration::ZERO, |newest| newest.min(now).plus(every).since(now))
}

/// When the newest backup of this store in the folder was begun.
pub(crate) fn newest(plan: &BackupPlan, database: &Path) -> std::io::Result<Option<Timestamp>> {
    Ok(folder::list(&plan.folder, &Names::of(database))?.last().map(|(begun, _)| *begun))
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
    folder::thin_out(&plan.folder, names, plan.keep).map_err(|error| format!("old ones cannot be removed: {error}"))?;
    fault::pass(Point::BackupThinned);
    Ok(())
}

/// Once an hour, with the age of what there is.
fn tell(gateway: &Gateway, plan: &BackupPlan, why: &str) {
    let newest = newest(plan, gateway.backups.database()).ok().flatten();
    let newest = newest.map_or("there is none".to_owned(), |newest| format!("the last one is of {newest}"));
    let hour = stretch(gateway.clock.now(), HOUR);
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
        assert_eq!(until_due(Some(at(99_999)), hour, at(5)), hour, "the clock was turned back");
    }
}
