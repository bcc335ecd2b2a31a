//! A gateway and a sandbox in this process, which know each other over loopback alone. Its time leaps.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use payhook_gateway::clock;
use payhook_gateway::config::{self, LoadOptions, Variables};
use payhook_gateway::embed::Embedded;
use payhook_sandbox::Pace;
use payhook_testkit::wire;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::belief::Believer;
use super::merchant::Merchant;

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest until what was refused is written down.
const WRITTEN_IN: Duration = Duration::from_secs(5);

/// Both of them. They end when this is dropped.
pub(super) struct House {
    pub(super) merchant: Merchant,
    folder: TempDir,
    admin: SocketAddr,
    runtime: Runtime,
    stop: watch::Sender<bool>,
    running: Option<JoinHandle<()>>,
}

impl House {
    pub(super) fn open() -> Self {
        let merchant = Merchant::begin(Pace::Leaping);
        let folder = tempfile::tempdir().expect("a folder");
        let server = "version = 1\n[server]\npublic = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[store]\nreserve = 0\n";
        let text = format!("{server}{}", merchant.sources());
        std::fs::write(folder.path().join("payhook.toml"), text).expect("the folder can be written");
        let (directory, variables) = (folder.path().to_owned(), Variables::default());
        let loaded = config::load(LoadOptions { file: None, directory, variables, now: clock::now() });
        let config = loaded.unwrap_or_else(|mistakes| panic!("{mistakes}")).config;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("the machine gives threads");
        let ready = runtime.block_on(Embedded::new(config).start()).expect("the gateway starts");
        let address = |bound: std::io::Result<SocketAddr>| bound.expect("a bound socket has an address");
        let (public, admin) = (address(ready.public_address()), address(ready.admin_address()));
        let (stop, stopped) = watch::channel(false);
        let running = Some(runtime.spawn(ready.serve(stopped)));
        merchant.lead_to(public);
        Self { merchant, folder, admin, runtime, stop, running }
    }

    /// How many are quarantined, the same bytes again counted again. They are written behind the answer: it waits for as
    /// many as are expected, but not for ever.
    pub(super) fn quarantined(&self, expected: usize) -> usize {
        let began = Instant::now();
        loop {
            let rows = self.list("/api/v1/quarantine");
            let times = rows.iter().filter_map(|row| row["times"].as_u64()).sum::<u64>();
            let times = usize::try_from(times).expect("few");
            if times >= expected || began.elapsed() > WRITTEN_IN {
                return times;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// How often the gateway stores which code, as far as the stories say it.
    pub(super) fn heard(&self) -> BTreeMap<String, usize> {
        let mut heard = BTreeMap::new();
        for event in self.list("/api/v1/events?limit=500") {
            let of_others = event["reference"].as_str().is_some_and(|reference| reference.starts_with("burst-"));
            if event["source"] != "payhook" && event["aside"].is_null() && !of_others {
                *heard.entry(format!("{} {}", event["code"], event["kind"])).or_default() += 1;
            }
        }
        heard
    }
}

impl Believer for House {
    fn list(&self, target: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let joint = if target.contains('?') { '&' } else { '?' };
            let more = cursor.as_str().map(|cursor| format!("{joint}cursor={cursor}"));
            let mut page = self.get(&format!("{target}{}", more.unwrap_or_default()));
            items.extend(page["data"].as_array_mut().map(std::mem::take).unwrap_or_default());
            cursor = page["next_cursor"].take();
            if cursor.is_null() {
                return items;
            }
        }
    }

    fn get(&self, target: &str) -> Value {
        let token = std::fs::read_to_string(self.folder.path().join("payhook.db.token")).expect("the gateway's token");
        let token = format!("Bearer {}", token.trim());
        let request = wire::request("GET", target, &[("authorization", &token)], b"");
        let answer = wire::call(self.admin, &request, PATIENCE).expect("an answer");
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        answer.json()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(running) = self.running.take() {
            let _ = self.runtime.block_on(running);
        }
    }
}
