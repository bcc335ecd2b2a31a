//! The gateway's API, asked as its command line asks.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use payhook_testkit::wire;
use serde_json::{Value, json};

use crate::gateway::Gateway;

/// How long one call may take.
const CALL_MAX: Duration = Duration::from_secs(60);

impl Gateway {
    /// `GET`, and the answer's JSON.
    pub(crate) fn get(&self, target: &str) -> anyhow::Result<Value> {
        self.ask("GET", target, b"")
    }

    /// `POST` of JSON, and the answer's.
    pub(crate) fn post(&self, target: &str, body: &Value) -> anyhow::Result<Value> {
        self.ask("POST", target, body.to_string().as_bytes())
    }

    /// Begins no delivery to `destination` until it is resumed.
    pub(crate) fn pause(&self, destination: &str) -> anyhow::Result<()> {
        self.post(&format!("/api/v1/destinations/{destination}/pause"), &json!({})).map(drop)
    }

    /// How many deliveries stand in `state`, to all destinations.
    pub(crate) fn deliveries(&self, state: &str) -> anyhow::Result<u64> {
        let status = self.get("/api/v1/status")?;
        let counts = status["deliveries"].as_array().context("the status counts deliveries")?;
        Ok(counts.iter().filter(|count| count["state"] == state).filter_map(|count| count["count"].as_u64()).sum())
    }

    /// Waits until nothing is owed any more.
    pub(crate) fn wait_until_settled(&self, patience: Duration) -> anyhow::Result<()> {
        let began = Instant::now();
        while self.deliveries("pending")? > 0 {
            if began.elapsed() > patience {
                bail!("deliveries are still pending after {patience:?}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn ask(&self, method: &str, target: &str, body: &[u8]) -> anyhow::Result<Value> {
        let token = std::fs::read_to_string(self.folder.path().join("payhook.db.token"))?;
        let token = format!("Bearer {}", token.trim());
        let headers =
            [("authorization", token.as_str()), ("content-type", "application/json"), ("connection", "close")];
        let answer = wire::call(self.admin, &wire::request(method, target, &headers, body), CALL_MAX)?;
        if answer.status != 200 {
            bail!("{method} {target}: {} {}", answer.status, answer.text());
        }
        Ok(answer.json())
    }
}
