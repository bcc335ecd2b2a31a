//! A changed configuration for a running gateway.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Gateway, setup};

/// How long a gateway may take to take or refuse a configuration.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked at.
const GLANCE: Duration = Duration::from_millis(5);

impl Gateway {
    /// The configuration as it stands in the file.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn configuration(&self) -> String {
        std::fs::read_to_string(self.folder().join("payhook.toml")).expect("the gateway's file can be read")
    }

    /// Writes another one in its place, whole at once. Nothing happens until the gateway is asked, or looks.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn rewrite(&self, configuration: &str) {
        let new = self.folder().join("payhook.toml.new");
        setup::write(&new, configuration);
        std::fs::rename(new, self.folder().join("payhook.toml")).expect("it can be renamed");
    }

    /// Writes another configuration, sends SIGHUP, and waits for what comes of it: `reload` of the status.
    ///
    /// # Panics
    /// When nothing comes of it in time.
    pub fn reload(&self, configuration: &str) -> Value {
        let before = self.reloaded();
        self.rewrite(configuration);
        self.signal(libc::SIGHUP);
        self.reloaded_since(&before)
    }

    /// What came of the last change, as the status says it now.
    #[must_use]
    pub fn reloaded(&self) -> Value {
        self.get("/api/v1/status").json()["reload"].take()
    }

    /// Waits for a change later than `before`.
    ///
    /// # Panics
    /// When none comes in time.
    #[must_use]
    pub fn reloaded_since(&self, before: &Value) -> Value {
        let began = Instant::now();
        loop {
            let now = self.reloaded();
            if now["at"] != before["at"] {
                return now;
            }
            assert!(began.elapsed() < PATIENCE, "nothing came of the change; before: {before}");
            std::thread::sleep(GLANCE);
        }
    }
}
