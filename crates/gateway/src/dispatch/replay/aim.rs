//! To whom one event goes again: whoever today's routes want, one route's destinations, or one destination by name.
//!
//! What was never routed (set aside, in conflict, refused) is not replayed: there are other ways out for it. A
//! destination that gets the provider's notification whole gets it once, under the event it was first sent for: its
//! receiver knows it by that id; and never what would not be sent that way today.

use std::time::Duration;

use bytes::Bytes;
use payhook_domain::delivery::State;
use payhook_domain::id::{DeliveryId, EventSeq, NameId};
use payhook_domain::verdict::Standing;
use payhook_store::{DeliveryFilter, DeliveryRow, PageRequest, Reader, StoredEvent, Unavailable, Wanted};

use super::asked::Meant;
use super::job::Job;
use crate::gateway::Gateway;
use crate::ingest::again;
use crate::plan::{Plan, Route};
use crate::routing;

/// Most items of one notification looked through for the one it was sent whole for.
const ITEMS_MAX: i64 = 1_000;

/// One event to one destination.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aimed {
    pub(super) event: EventSeq,
    pub(super) wanted: Wanted,
}

/// To whom `row` goes. The job remembers the last notification looked at for each destination that gets it whole, and counts
/// what is withheld.
pub(super) async fn at(
    gateway: &Gateway,
    plan: &Plan,
    meant: &Meant,
    row: &StoredEvent,
    job: &mut Job,
) -> Result<Vec<Aimed>, Unavailable> {
    let mut aimed = Vec::new();
    if !is_replayable(row) {
        return Ok(aimed);
    }
    let reader = gateway.reader.as_ref();
    let body = body(plan, reader, row).await?;
    for wanted in wanted(plan, meant, row, &body) {
        let event = if wanted.once_per_notification {
            let Some(event) = whole(reader, row, wanted.destination, &mut job.wholes).await? else { continue };
            if !is_fit_whole(gateway, plan, row, wanted.destination).await? {
                job.withheld += 1;
                continue;
            }
            event
        } else {
            row.seq
        };
        // Looked up only where it is asked for: it costs as much as making the delivery.
        let fits = match &meant.states {
            Some(states) => {
                let before = newest(reader, event, wanted.destination).await?;
                before.is_some_and(|(_, state)| states.contains(&state))
            }
            None => true,
        };
        if fits {
            aimed.push(Aimed { event, wanted });
        }
    }
    Ok(aimed)
}

/// Revisions go again where they went: to those who are told of disputes.
fn is_replayable(row: &StoredEvent) -> bool {
    match row.standing {
        Standing::Routed => true,
        Standing::Revision => row.event.kind.redelivers_revisions(),
        _ => false,
    }
}

fn wanted(plan: &Plan, meant: &Meant, row: &StoredEvent, body: &[u8]) -> Vec<Wanted> {
    let counts = |route: &Route| meant.route.as_ref().is_none_or(|name| route.name == *name);
    let is_meant = |id: NameId| meant.destination.is_none_or(|meant| meant == id);
    let mut wanted = match (meant.destination, plan.source(row.source)) {
        // Whoever is named wants payments: payhook's own alerts go where a route for them leads, and nowhere else.
        _ if row.source == plan.own.source => routing::wanted_alert(plan, &row.event, body, counts),
        (Some(_), _) => plan.destinations.iter().map(|target| target.wanted()).collect(),
        (None, Some(source)) => routing::wanted_through(plan, source, &row.event, body, counts).wanted,
        // No route looks at a source that is gone.
        (None, None) => Vec::new(),
    };
    wanted.retain(|wanted| is_meant(wanted.destination));
    // The provider's own bytes cannot say that nobody signed them.
    wanted.retain(|wanted| row.event.proof.covers_content() || !wanted.once_per_notification);
    // What is asked for again is not held back for better news.
    wanted.iter_mut().for_each(|wanted| wanted.hold = Duration::ZERO);
    wanted
}

/// The bytes the event stands in, where a condition may ask for them.
async fn body(plan: &Plan, reader: &dyn Reader, row: &StoredEvent) -> Result<Bytes, Unavailable> {
    if plan.routes.iter().all(|route| route.when.is_none()) {
        return Ok(Bytes::new());
    }
    Ok(reader.notification(row.notification).await?.map(|notification| notification.body).unwrap_or_default())
}

/// Whether the row's notification may be sent as its provider wrote it: it was fit for that at the door, or is today.
async fn is_fit_whole(
    gateway: &Gateway,
    plan: &Plan,
    row: &StoredEvent,
    destination: NameId,
) -> Result<bool, Unavailable> {
    Ok(gateway.reader.was_owed_whole(row.notification, destination).await?
        || again::can_be_sent_whole(gateway, plan, row).await?)
}

/// The event under which the row's notification goes whole to `destination`, unless this replay has come by it already.
async fn whole(
    reader: &dyn Reader,
    row: &StoredEvent,
    destination: NameId,
    wholes: &mut Vec<(u16, i64)>,
) -> Result<Option<EventSeq>, Unavailable> {
    let this = (destination.0, row.notification.0);
    if wholes.contains(&this) {
        return Ok(None);
    }
    wholes.retain(|(of, _)| *of != destination.0);
    wholes.push(this);
    // The items of one notification stand side by side, as they were committed.
    for step in [-1, 1] {
        for distance in 0..ITEMS_MAX {
            let seq = EventSeq(row.seq.0 + step * distance);
            match reader.event_row(seq).await? {
                Some(beside) if beside.notification == row.notification => {}
                _ => break,
            }
            if newest(reader, seq, destination).await?.is_some() {
                return Ok(Some(seq));
            }
        }
    }
    Ok(Some(row.seq))
}

/// The newest delivery of an event to a destination, and how it stands.
pub(super) async fn newest(
    reader: &dyn Reader,
    event: EventSeq,
    destination: NameId,
) -> Result<Option<(DeliveryId, State)>, Unavailable> {
    let filter = DeliveryFilter { event: Some(event), destination: Some(destination), states: Vec::new() };
    let page = reader.deliveries(filter, PageRequest { limit: 1, from: None }).await?;
    Ok(page.rows.first().map(|DeliveryRow { id, state, .. }| (*id, *state)))
}
