//! What is written when a try is over.

use payhook_domain::delivery::Attempt;
use payhook_domain::id::DeliveryId;
use payhook_domain::time::Timestamp;

/// A finished try and where it leaves the delivery.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// Which delivery.
    pub delivery: DeliveryId,
    /// What is kept of the try.
    pub attempt: Attempt,
    /// The delivery's next state.
    pub next: Next,
    /// Whether a dead end stops what follows of the same payment (`on_dead = "stop"`).
    pub stops_on_dead: bool,
}

/// Where a try leaves its delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Final: taken.
    Delivered,
    /// Final: refused for good.
    Rejected,
    /// Pending again, not before this.
    Retry(Timestamp),
    /// Final: no tries left.
    Exhausted,
}

/// Whether the settlement counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Written.
    Done,
    /// Written, and the next delivery of the same payment became due by it.
    Followed,
    /// The delivery was no longer this holder's, or already final: nothing was written.
    LeaseLost,
}
