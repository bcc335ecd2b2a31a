//! Resolved: what the configuration means, once every name, unit and default is settled.

use std::path::PathBuf;

pub use super::destination::lane::{OnDead, Order};
pub use super::destination::pace::{Breaker, Rate};
pub use super::destination::{Destination, Format};
pub(crate) use super::digest::Fact;
pub use super::route::{Route, WhenStale};
pub use super::server::{Server, TlsFiles};
pub use super::source::capture::Captures;
pub use super::source::{BasicAuth, Source};
pub use super::store::Store;
pub use super::store::backup::BackupPlan;
pub use super::store::retention::{Age, Retention};

/// A whole configuration, ready to be run.
#[derive(Debug)]
pub struct Resolved {
    /// The file it was read from; absent when it came from the environment alone.
    pub file: Option<PathBuf>,
    /// Every file that was looked at: the same, `.env` beside it, and those its texts were taken from.
    pub files: Vec<PathBuf>,
    /// Where payhook listens.
    pub server: Server,
    /// Where payhook keeps what it received.
    pub store: Store,
    /// The configured senders, at least one, in the file's order.
    pub sources: Vec<Source>,
    /// The configured receivers, in the file's order.
    pub destinations: Vec<Destination>,
    /// Which events go where, in the file's order.
    pub routes: Vec<Route>,
    /// Destinations that are gone and whose owed deliveries are given up: kept, shown, not sent.
    pub abandon: Vec<String>,
    /// Tells configurations apart: 8 bytes over everything that matters to a request, secrets by fingerprint.
    pub digest: [u8; 8],
    /// What it states, for comparing it with another.
    pub(crate) facts: Vec<Fact>,
}
