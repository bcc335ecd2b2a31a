//! How long each step took, and which step it is.

use std::time::Duration;

use tokio::time::Instant;

use super::failure::Step;

/// The steps of one call; a step not taken (a pooled connection, plain HTTP, an address for a name) is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Resolving the name.
    pub dns: Option<Duration>,
    /// TCP connect, over all addresses tried.
    pub connect: Option<Duration>,
    /// TLS handshake.
    pub tls: Option<Duration>,
    /// From the request's last byte to the answer's header.
    pub first_byte: Option<Duration>,
}

/// Where a call is; it outlives the call, so that one that was cut off can say where.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) step: Step,
    pub(super) timings: Timings,
    pub(super) began: Instant,
    /// When the answer's header came; until then, when the call began.
    pub(super) answered: Instant,
}

impl Progress {
    pub(super) fn new() -> Self {
        let began = Instant::now();
        Self { step: Step::Resolve, timings: Timings::default(), began, answered: began }
    }
}
