//! Deliveries owed to destinations that are not configured: stored, shown, and sent when the destination comes back.

use payhook_domain::delivery::State;
use payhook_domain::id::NameId;
use payhook_store::{NameKind, Tallies, Unavailable};
use serde::Serialize;

use crate::gateway::Gateway;
use crate::names::NameBook;
use crate::plan::Plan;

/// States of what is owed.
const OWED: [State; 3] = [State::Held, State::Pending, State::Blocked];

/// What is owed to one destination that is not configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Orphans {
    pub(crate) destination: String,
    pub(crate) owed: u64,
}

/// The exact counts; the oldest pending delivery is of those that somebody is sent, not one that is kept for nobody.
pub(crate) async fn tallies(gateway: &Gateway) -> Result<Tallies, Unavailable> {
    let mut tallies = gateway.reader.tallies().await?;
    let plan = gateway.plan.load_full();
    let configured: Vec<NameId> = plan.destinations.iter().map(|target| target.id).collect();
    let is_orphaned = |(id, state): &(NameId, &str)| *state == State::Pending.as_str() && !configured.contains(id);
    if tallies.deliveries.keys().any(is_orphaned) {
        tallies.oldest_pending = gateway.reader.oldest_pending(configured).await?;
    }
    Ok(tallies)
}

/// How many deliveries are owed to a destination.
pub(crate) fn owed(tallies: &Tallies, destination: NameId) -> u64 {
    OWED.iter().filter_map(|state| tallies.deliveries.get(&(destination, state.as_str()))).sum()
}

/// `1 delivery is owed`, `6 deliveries are owed`.
pub(crate) fn said(owed: u64) -> String {
    format!("{owed} {}", if owed == 1 { "delivery is owed" } else { "deliveries are owed" })
}

/// What to do: keep the destination in some way, or let it go by name.
pub(crate) fn hint(keep: &str, destination: &str) -> String {
    format!("{keep}, or give them up: abandon = [\"{destination}\"] at the top of the file")
}

/// Every destination that is not configured and is owed something.
pub(crate) fn all(plan: &Plan, tallies: &Tallies, names: &NameBook) -> Vec<Orphans> {
    let mut ids: Vec<NameId> = tallies.deliveries.keys().map(|(id, _)| *id).collect();
    ids.dedup();
    let gone = ids.into_iter().filter(|id| !plan.destinations.iter().any(|target| target.id == *id));
    let orphans =
        gone.map(|id| Orphans { destination: names.name(NameKind::Destination, id), owed: owed(tallies, id) });
    orphans.filter(|orphans| orphans.owed > 0).collect()
}
