//! A running sandbox whose time is turned by hand, and a merchant's endpoint that hears of what happens.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use data_encoding::BASE64;
use payhook_domain::event::Event;
use payhook_domain::identity::Environment;
use payhook_domain::time::{Clock, Timestamp};
use payhook_provider::{Item, Papers, Parsed, Policy, RawRequest, by_name};
use payhook_sandbox::{Accounts, Pace, Sandbox, Settings};
use payhook_testkit::receiver::{Delivery, Receiver};
use payhook_testkit::wire::{self, Answer};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::time::Instant;

/// The key that the merchant chose.
pub(crate) const KEY: &str = "f063a7029d6b959d8cc11e23148a302929da113a6b0671238ab9d1bcfb63645a";
/// When every test begins.
const BEGAN: i64 = 1_790_000_000;
/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

struct Turned(AtomicI64);

impl Clock for Turned {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct Stage {
    pub(crate) merchant: Receiver,
    address: SocketAddr,
    clock: Arc<Turned>,
    stop: Option<oneshot::Sender<()>>,
    runtime: Option<Runtime>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::paced(Pace::Scaled(1.0))
    }

    /// A stage whose time goes by at this pace.
    pub(crate) fn paced(pace: Pace) -> Self {
        let clock = Arc::new(Turned(AtomicI64::new(BEGAN)));
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let sandbox = Sandbox::open(Settings {
            file: None,
            seed: Some(7),
            pace,
            base: format!("http://{address}").parse().expect("a URL"),
            accounts: Accounts::default(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            weather: Vec::new(),
        });
        let sandbox = sandbox.expect("memory");
        let (stop, stopped) = oneshot::channel();
        runtime.spawn(async move { sandbox.serve(listener, async { drop(stopped.await) }).await });
        Self { merchant: Receiver::start(None), address, clock, stop: Some(stop), runtime: Some(runtime) }
    }

    /// A stage whose merchant hears of everything.
    pub(crate) fn with_webhook() -> Self {
        Self::new().and_webhook()
    }

    /// This stage, and a merchant who hears of everything.
    pub(crate) fn and_webhook(self) -> Self {
        let events = [
            "payment_initiated",
            "payment_pending",
            "payment_sent",
            "payment_failed",
            "refund_pending",
            "refund_sent",
            "refund_failed",
        ];
        let webhook = json!({ "target_url": self.merchant.url(), "signature_key": KEY, "events": events });
        assert_eq!(self.post("/webhooks", &webhook).status, 201);
        self
    }

    /// A request to the API, with the sandbox's keys.
    pub(crate) fn ask(&self, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> Answer {
        let basic = format!("Basic {}", BASE64.encode(b"pk_sandbox:sk_sandbox"));
        let headers = [&[("authorization", basic.as_str()), ("content-type", "application/json")], more].concat();
        self.send(method, &format!("/banked/v2{path}"), &headers, body)
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, &[], "");
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, &[], &body.to_string())
    }

    /// A request as it stands.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let request = wire::request(method, path, headers, body.as_bytes());
        wire::call(self.address, &request, PATIENCE).expect("the sandbox answers")
    }

    /// A page's form, sent.
    pub(crate) fn press(&self, path: &str, form: &str) -> Answer {
        self.send("POST", path, &[("content-type", "application/x-www-form-urlencoded")], form)
    }

    /// A new session, 25.00.
    pub(crate) fn session(&self) -> Value {
        let answer = self.post("/payment_sessions", &order());
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// A payer who goes all the way to the bank's last page with this account, and where its button leads.
    pub(crate) fn pay(&self, session: &Value, account: &str, decision: &str) -> String {
        let id = session["id"].as_str().expect("an id");
        let steps = [
            (format!("/banked/pay/{id}"), "bank=mock-bank".to_owned()),
            (format!("/banked/bank/{id}/account"), format!("account={account}")),
            (format!("/banked/bank/{id}/decision"), format!("decision={decision}")),
        ];
        let mut led = String::new();
        for (path, form) in steps {
            let answer = self.press(&path, &form);
            assert_eq!(answer.status, 303, "{path}: {}", answer.text());
            led = answer.header("location").expect("it leads somewhere").to_owned();
        }
        led
    }

    /// A session that was paid and has been sent.
    pub(crate) fn sent(&self) -> Value {
        let session = self.session();
        self.pay(&session, "050511", "approve");
        self.heard(1);
        self.turn(10);
        self.heard(3);
        self.get(&format!("/payment_sessions/{}", session["id"].as_str().expect("an id")))
    }

    /// Lets so many seconds pass in the sandbox.
    pub(crate) fn turn(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
        // Whoever asks rings the sandbox's bell, so that it looks at the clock.
        self.get("/providers");
    }

    /// Lets so many seconds pass until `number` notifications have arrived. What was refused is due so long after the sandbox
    /// has noted the refusal, which may be after the clock was turned.
    pub(crate) fn turn_until_heard(&self, seconds: i64, number: usize) {
        let began = Instant::now();
        while !self.merchant.wait_until(Duration::from_millis(200), |list| list.len() >= number) {
            assert!(began.elapsed() < PATIENCE, "{} of {number}", self.merchant.count());
            self.turn(seconds);
        }
    }

    /// The first `number` notifications, verified and read, once they have arrived.
    pub(crate) fn heard(&self, number: usize) -> Vec<Event> {
        assert!(
            self.merchant.wait_until(PATIENCE, |list| list.len() >= number),
            "{} of {number}",
            self.merchant.count()
        );
        self.merchant.deliveries().iter().take(number).map(|delivery| read(delivery, KEY).expect("authentic")).collect()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}

/// The event that this key proves a notification to be; nothing when it proves none.
pub(crate) fn read(delivery: &Delivery, key: &str) -> Option<Event> {
    let banked = by_name("banked").expect("it is in this release");
    let keys = [banked.key("merchant", key).expect("a key")];
    let raw = RawRequest { target: &delivery.target, headers: &delivery.headers, body: &delivery.body };
    let now = Timestamp::from_seconds(BEGAN);
    let Papers::Items(items) = banked.verify(&raw, &keys, &Policy::default(), now) else { return None };
    let Some(Item::Verified(verified)) = items.into_iter().next() else { return None };
    match banked.parse(&verified, Environment::Test) {
        Parsed::Events(events) => events.into_iter().next(),
        Parsed::NotUnderstood { detail, .. } => panic!("not understood: {detail}"),
    }
}

/// What a merchant may ask: 25.00 in two line items.
pub(crate) fn order() -> Value {
    json!({
        "reference": "Order 000042",
        "success_url": "https://shop.example.com/thanks?p=__PAYMENT_ID__",
        "error_url": "https://shop.example.com/sorry?p=__PAYMENT_ID__",
        "line_items": [
            { "name": "Candle", "amount": 500, "currency": "GBP", "description": null, "quantity": 3 },
            { "name": "Postage", "amount": 1000, "currency": "GBP", "quantity": 1 },
        ],
        "payee": { "name": "Gerard Wiley", "account_number": "12345678", "sort_code": "010203" },
        "email_receipt": true,
    })
}
