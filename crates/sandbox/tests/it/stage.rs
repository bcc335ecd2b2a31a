//! A sandbox that listens, and somebody who asks it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use payhook_domain::time::{Clock, Timestamp};
use payhook_sandbox::{Accounts, Pace, Sandbox, Settings};
use payhook_testkit::wire::{self, Answer};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::time::Instant;

/// Longest wait for one answer: a test notification to a dead endpoint takes ten seconds.
const PATIENCE: Duration = Duration::from_secs(30);
/// When every sandbox of these tests begins.
pub(crate) const BEGIN: Timestamp = Timestamp::from_seconds(1_790_000_000);
/// The API key of a fresh sandbox.
pub(crate) const KEY: &str = "sandbox_adyen_api_key";
/// Where the webhooks of the company, and of its merchant account, are.
pub(crate) const COMPANY: &str = "/adyen/management/v3/companies/SandboxCompany/webhooks";
pub(crate) const MERCHANT: &str = "/adyen/management/v3/merchants/SandboxMerchant/webhooks";

/// The world's time, from [`BEGIN`] on.
struct Watch(Instant);

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        BEGIN.plus(self.0.elapsed())
    }
}

/// A running sandbox. It ends when this is dropped.
pub(crate) struct Stage {
    pub(crate) address: SocketAddr,
    _runtime: Runtime,
}

impl Stage {
    pub(crate) fn start() -> Self {
        Self::by(Arc::new(Watch(Instant::now())))
    }

    /// One whose world goes by this clock.
    pub(crate) fn by(clock: Arc<dyn Clock>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("the machine gives a thread");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let merchants = ["SandboxMerchant", "SecondMerchant", "ThirdMerchant"].map(str::to_owned).to_vec();
        let sandbox = Sandbox::open(Settings {
            file: None,
            seed: Some(1),
            pace: Pace::Scaled(1.0),
            base: format!("http://{address}").parse().expect("a URL"),
            accounts: Accounts { merchants, ..Accounts::default() },
            clock,
            weather: Vec::new(),
        });
        let sandbox = sandbox.expect("the book opens");
        runtime.spawn(async move { sandbox.serve(listener, std::future::pending()).await });
        Self { address, _runtime: runtime }
    }

    /// Asks with these headers.
    pub(crate) fn ask(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let request = wire::request(method, target, headers, body);
        let answer = wire::call(self.address, &request, PATIENCE).expect("an answer");
        assert_eq!(answer.header("server"), Some("payhook-sandbox"), "every answer says who speaks");
        answer
    }

    /// Asks with the API key, and JSON when there is any.
    pub(crate) fn call(&self, method: &str, target: &str, body: &Value) -> Answer {
        let headers = [("x-api-key", KEY), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.ask(method, target, &headers, body.as_bytes())
    }

    /// What a call that works answers.
    pub(crate) fn fine(&self, method: &str, target: &str, body: &Value) -> Value {
        let answer = self.call(method, target, body);
        assert_eq!(answer.status, 200, "{method} {target}: {}", answer.text());
        answer.json()
    }

    /// A new webhook's path.
    pub(crate) fn webhook(&self, under: &str, url: &str) -> String {
        let mut webhook = json!({ "type": "standard", "url": url, "active": true, "communicationFormat": "json" });
        if under == COMPANY {
            webhook["filterMerchantAccountType"] = json!("allAccounts");
        }
        let made = self.fine("POST", under, &webhook);
        format!("{under}/{}", made["id"].as_str().expect("an id"))
    }
}
