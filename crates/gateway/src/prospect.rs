//! What a start with a configuration would meet in the store's file, asked of the file alone: for whoever checks before starting.

use std::sync::Arc;

use payhook_store::{Archive, NameKind};

use crate::config::{Finding, Place, Resolved, Warning};
use crate::plan::scope;
use crate::reload::orphans;

/// What stands against a start, and what it would leave undone.
#[derive(Debug, Default)]
pub struct Prospect {
    /// The start would be refused.
    pub mistakes: Vec<Finding>,
    /// It would run, and something would wait.
    pub warnings: Vec<Warning>,
}

/// Looks into the file, which is of this release's schema. Changes nothing in it, and may be asked while a gateway has it open.
///
/// # Errors
/// What the file says when it cannot be read.
pub fn prospect(config: &Resolved) -> Result<Prospect, String> {
    let archive = Archive::open(&config.store.path).map_err(|error| error.to_string())?;
    let place = config.file.as_ref().map_or(Place::Environment, |file| Place::File(Arc::from(file.as_path())));
    let finding = |what: String, hint: &str| Finding { place: place.clone(), what, hint: hint.to_owned() };
    let refusals = scope::refusals(&config.sources, &archive)?;
    let mistakes = refusals.iter().map(|refusal| finding(refusal.to_string(), scope::HINT)).collect();
    let gone = gone(config, &archive)?;
    let warnings = gone.iter().map(|(name, owed)| {
        let what = format!("{} to `{name}`, which is not configured: kept, and not sent", orphans::said(*owed));
        finding(what, &orphans::hint("put it back", name))
    });
    Ok(Prospect { mistakes, warnings: warnings.collect() })
}

/// Destinations that are owed something and neither configured nor given up.
fn gone(config: &Resolved, archive: &Archive) -> Result<Vec<(String, u64)>, String> {
    let tallies = archive.tallies()?;
    let is_meant = |name: &str| {
        config.destinations.iter().any(|destination| destination.name == name)
            || config.abandon.iter().any(|given_up| given_up == name)
    };
    let names = archive.names()?.into_iter();
    let gone = names.filter(|name| name.kind == NameKind::Destination && !is_meant(&name.name));
    let counted = gone.map(|name| (name.name, orphans::owed(&tallies, name.id)));
    Ok(counted.filter(|(_, owed)| *owed > 0).collect())
}
