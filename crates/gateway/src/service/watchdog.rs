//! A sign of life, while there is life: sent by a task of the runtime, and only while the store's writer makes progress. When
//! either hangs, none is sent, and the manager ends the process and starts it again.

use std::sync::Arc;
use std::time::Duration;

use crate::gateway::Gateway;
use crate::readiness;

/// Signs of life within the time after which the manager gives up. Half of it, as its manual asks.
const SIGNS: u32 = 2;
/// While the writer is at something for long, it is looked at so much more often: the sign comes as soon as it goes on.
const GLANCES: u32 = 8;

/// Tells the manager again and again; ends at once when nobody watches.
pub(crate) async fn keep_telling(gateway: Arc<Gateway>) {
    let Some(patience) = gateway.service.watchdog() else { return };
    let pace = patience / SIGNS;
    loop {
        let rest = match stuck(&gateway, pace) {
            false => {
                gateway.service.lives();
                pace
            }
            true => pace / GLANCES,
        };
        gateway.sleeper.sleep(rest).await;
    }
}

fn stuck(gateway: &Gateway, max: Duration) -> bool {
    readiness::writer(gateway.store.health().writing, max).is_some()
}
