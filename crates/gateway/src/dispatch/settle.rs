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

/// How often a store that writes everything else may refuse one settlement before it is given up: a fault of ours that
/// must not keep a place on the desk for ever.
const OWN_FAULTS_MAX: u32 = 5;

/// Settles, however often the store has to be asked; gives up when the store is closed, or writes everything but this.
/// Whether the next delivery of the same payment became due by it.
pub(crate) async fn until_written(gateway: &Gateway, settlement: Settlement) -> bool {
    let mut pause = PAUSE_FIRST;
    let mut own_faults = 0;
    loop {
        match gateway.store.settle(settlement.clone()).await {
            Ok(Settled::Done) => return false,
            Ok(Settled::Followed) => return true,
            Ok(Settled::LeaseLost) => {
                tracing::warn!(delivery = %settlement.delivery, "a try was made by somebody who no longer held the delivery");
                return false;
            }
            Err(Unavailable::Closed) => return false,
            Err(error) => {
                own_faults += u32::from(gateway.store.health().failing.is_none() && error != Unavailable::Overloaded);
                if own_faults > OWN_FAULTS_MAX {
                    tracing::error!(delivery = %settlement.delivery, %error, "an attempt cannot be written; it will be made again");
                    gateway.store.unlease(settlement.delivery);
                    return false;
                }
                gateway.sleeper.sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
    }
}
