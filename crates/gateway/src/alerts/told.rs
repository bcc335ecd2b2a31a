//! Which alerts were told already: a cause that raises the same one a thousand times takes one place among those that
//! wait to be written, and one transaction.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use payhook_domain::id::EventId;

/// Most alerts remembered; one that is told again after so many others is written again, which the store absorbs.
const REMEMBERED_MAX: usize = 512;

/// Remembers the last ones.
#[derive(Default)]
pub(super) struct Told(Mutex<Last>);

#[derive(Default)]
struct Last {
    alerts: VecDeque<EventId>,
    /// Under which configuration they were told: another may lead them to somebody else.
    config: [u8; 8],
}

impl Told {
    /// Remembers an alert; whether it was not told yet under this configuration.
    pub(super) fn is_new(&self, alert: EventId, config: [u8; 8]) -> bool {
        let mut last = self.last();
        if last.config != config {
            *last = Last { alerts: VecDeque::new(), config };
        }
        if last.alerts.contains(&alert) {
            return false;
        }
        if last.alerts.len() == REMEMBERED_MAX {
            last.alerts.pop_front();
        }
        last.alerts.push_back(alert);
        true
    }

    /// It could not be written: it is to be told again.
    pub(super) fn forget(&self, alert: EventId) {
        self.last().alerts.retain(|told| *told != alert);
    }

    /// It is whole, whoever panicked.
    fn last(&self) -> MutexGuard<'_, Last> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use payhook_domain::identity::Digest;

    use super::*;

    fn alert(number: usize) -> EventId {
        EventId(Digest::of([number.to_le_bytes().as_slice()]))
    }

    #[test]
    fn an_alert_is_new_once_under_each_configuration_and_again_when_it_could_not_be_written() {
        let told = Told::default();
        assert!(told.is_new(alert(1), [1; 8]) && !told.is_new(alert(1), [1; 8]) && told.is_new(alert(2), [1; 8]));
        told.forget(alert(1));
        assert!(told.is_new(alert(1), [1; 8]) && !told.is_new(alert(2), [1; 8]));
        assert!(told.is_new(alert(2), [2; 8]));
    }

    #[test]
    fn no_more_than_so_many_are_remembered() {
        let told = Told::default();
        assert!((0..=REMEMBERED_MAX).all(|number| told.is_new(alert(number), [1; 8])));
        assert!(!told.is_new(alert(1), [1; 8]) && told.is_new(alert(0), [1; 8]));
    }
}
