//! What is believed about a payment.

use crate::id::PaymentId;

/// What is believed about a payment: totals per currency, status, parts, disputes, and what does not add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// Where it stands.
    pub status: Status,
}

/// Where a payment stands; partial amounts are read from the totals. The numbers are the store's and never change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Status {
    /// Nothing is known of how it goes.
    #[default]
    Initiated = 1,
}

impl Payment {
    /// The object `payment` of payloads: id, version, status, currency and the totals in that currency.
    #[must_use]
    pub fn snapshot(&self, id: PaymentId, version: u64) -> String {
        format!("{{\"id\":\"{id}\",\"version\":{version}}}")
    }
}
