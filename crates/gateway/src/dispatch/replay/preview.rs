//! What a replay would do: the same walk, and nothing is made.

use payhook_domain::delivery::State;
use payhook_domain::id::{DeliveryId, NameId};
use payhook_store::StoredEvent;

use super::asked::Asked;
use super::walk::{self, NotFound};
use super::{aim, desk};
use crate::gateway::Gateway;

/// Events shown at a time.
const SHOWN_MAX: usize = 200;

/// Stretches of the store looked through for them; the caller comes again for more.
const STRETCHES_MAX: usize = 20;

/// A part of what would be sent.
pub(crate) struct Preview {
    /// Oldest first; an event once for each destination.
    pub(crate) rows: Vec<Shown>,
    /// The row to go on behind; absent at the end.
    pub(crate) next: Option<i64>,
    /// The last row there is to look at.
    pub(crate) last: i64,
}

/// One event to one destination.
pub(crate) struct Shown {
    pub(crate) event: StoredEvent,
    pub(crate) destination: NameId,
    pub(crate) before: Option<(DeliveryId, State)>,
}

/// Looks on behind row `after`.
pub(crate) async fn preview(gateway: &Gateway, asked: Asked, after: i64) -> Result<Preview, NotFound> {
    let (plan, reader) = (gateway.plan.load_full(), gateway.reader.as_ref());
    let meant = asked.meant(gateway, &plan)?;
    let mut job = desk::draft(gateway, &plan, asked).await?;
    job.at = job.at.max(after);
    let mut rows = Vec::new();
    for _ in 0..STRETCHES_MAX {
        let found = walk::on(reader, &job, &meant, SHOWN_MAX - rows.len().min(SHOWN_MAX - 1)).await?;
        for row in &found.rows {
            for one in aim::at(gateway, &plan, &meant, row, &mut job).await? {
                let destination = one.wanted.destination;
                let before = aim::newest(reader, one.event, destination).await?;
                rows.push(Shown { event: row.clone(), destination, before });
            }
        }
        job.at = found.at;
        if found.over {
            return Ok(Preview { rows, next: None, last: job.last });
        }
        if rows.len() >= SHOWN_MAX {
            break;
        }
    }
    Ok(Preview { rows, next: Some(job.at), last: job.last })
}
