//! Requests that a source turned away for their address: nothing of them is read or kept, and still somebody may miss them.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use payhook_domain::time::Timestamp;

/// What one source turned away since the start.
#[derive(Debug, Default)]
pub(crate) struct Foreign(Mutex<Option<TurnedAway>>);

/// All of it, and the last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TurnedAway {
    pub(crate) times: u64,
    pub(crate) last_at: Timestamp,
    pub(crate) last_from: IpAddr,
}

impl Foreign {
    pub(crate) fn note(&self, last_from: IpAddr, last_at: Timestamp) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = noted.map_or(0, |before| before.times) + 1;
        *noted = Some(TurnedAway { times, last_at, last_from });
    }

    pub(crate) fn seen(&self) -> Option<TurnedAway> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
