//! How a try ended.

use payhook_domain::delivery::{Outcome, Timings};

/// What a destination reports of one try.
#[derive(Clone, Debug)]
pub struct Report {
    /// The ending.
    pub outcome: Outcome,
    /// The answer's HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// What went wrong, in words, when it did; no secrets, no payload.
    pub error: Option<String>,
    /// The start of the answer's body, cut to `Attempt::EXCERPT_MAX`.
    pub excerpt: Option<String>,
    /// How long each step took.
    pub timings: Timings,
}
