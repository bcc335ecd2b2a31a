//! Where a changed configuration comes from, and who asks for it.

use std::sync::Arc;

use payhook_domain::time::Timestamp;
use tokio::sync::Notify;

use crate::config::{self, LoadOptions, Loaded, Mistakes};

/// How a running gateway is given another configuration.
#[derive(Debug)]
pub struct Reloads {
    /// Where to read it, as at the start.
    pub from: LoadOptions,
    /// Rung when somebody asks; asking twice before it is heard is asking once.
    pub asked: Arc<Notify>,
    /// Whether the files are looked at, and a change of them is taken without being asked.
    pub watch: bool,
}

impl Reloads {
    /// Reads it, off the threads that answer requests: fingerprints of secrets take their time.
    pub(super) async fn load(&self, now: Timestamp) -> Result<Loaded, Mistakes> {
        let from = LoadOptions { now, ..self.from.clone() };
        let load = tokio::task::spawn_blocking(move || config::load(from));
        match load.await {
            Ok(loaded) => loaded,
            Err(ended) => std::panic::resume_unwind(ended.into_panic()),
        }
    }
}
