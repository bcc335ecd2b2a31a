//! Writes what came of a try, for as long as it takes.
//!
//! A try that cannot be written keeps its place on the desk until it can: so a store that is down stops new tries by
//! itself, and nothing already delivered is sent again for want of a row.

use std::time::Duration;

use payhook_store::{Settled, Settlement, Unavailable};

use crate::gateway::Gateway;

/// The first wait after a failed write; doubled up to [`PAUSE_MAX`].
const PAUSE_FIRST: Duration = Duration::from_millis(50);

/// The longest wait between two writes of one settlement.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Settles, however often the store has to be asked; gives up only when the store is closed.
pub(crate) async fn until_written(gateway: &Gateway, settlement: Settlement) {
    let mut pause = PAUSE_FIRST;
    loop {
        match gateway.store.settle(settlement.clone()).await {
            Ok(Settled::Done) => return,
            Ok(Settled::LeaseLost) => {
                tracing::warn!(delivery = %settlement.delivery, "a try was made by somebody who no longer held the delivery");
                return;
            }
            Err(Unavailable::Closed) => return,
            Err(_) => {
                gateway.sleeper.sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
    }
}
