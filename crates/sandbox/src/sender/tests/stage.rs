//! A sandbox that runs, a webhook, an endpoint, and what it was sent.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use payhook_domain::time::{Clock, Timestamp};
use payhook_provider::{Item as Judged, Papers, Policy, RawRequest, by_name};
use payhook_testkit::receiver::{Delivery, Receiver};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::adyen::notice::{Item, tell};
use crate::adyen::webhook::{HmacKey, Webhook};
use crate::book::{Act, BookError, Message, State};
use crate::sender::Fault;
use crate::world::World;
use crate::{Accounts, Pace, Sandbox, Settings, clockwork};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(60);
/// When every sandbox of these tests begins.
pub(super) const BEGIN: Timestamp = Timestamp::from_seconds(1_790_000_000);
/// The merchant account of a fresh sandbox.
pub(super) const MERCHANT: &str = "SandboxMerchant";
/// The webhook.
pub(super) const WEBHOOK: &str = "S2-000000000001";
/// The webhook's first key, and the second, which is made later.
pub(super) const KEYS: [&str; 2] = [
    "0F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C4B5A69788796A5B4C3D2E1F0",
    "A0F1E2D3C4B5A69788796A5B4C3D2E1FA0F1E2D3C4B5A69788796A5B4C3D2E1F",
];

/// The world's time, from [`BEGIN`] on.
struct Watch(Instant);

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        BEGIN.plus(self.0.elapsed())
    }
}

/// A sandbox. Its clockwork runs from [`Stage::run`] on.
pub(super) struct Stage {
    pub(super) world: Arc<World>,
    runtime: Runtime,
    running: Option<JoinHandle<()>>,
}

impl Stage {
    pub(super) fn new(pace: Pace) -> Self {
        Self::on(None, pace)
    }

    /// On a file, which an earlier one may have left.
    pub(super) fn on(file: Option<&Path>, pace: Pace) -> Self {
        Self::under(file, pace, &[])
    }

    /// On a file, with these faults on what belongs to no story.
    pub(super) fn under(file: Option<&Path>, pace: Pace, weather: &[Fault]) -> Self {
        let settings = Settings {
            file: file.map(Path::to_owned),
            seed: Some(7),
            pace,
            base: "http://127.0.0.1:8090".parse().expect("a URL"),
            accounts: Accounts::default(),
            clock: Arc::new(Watch(Instant::now())),
            weather: weather.to_vec(),
        };
        let world = Sandbox::open(settings).expect("the book opens").world();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Self { world, runtime: runtime.expect("the machine gives a thread"), running: None }
    }

    pub(super) fn run(&mut self) {
        let world = Arc::clone(&self.world);
        self.running = Some(self.runtime.spawn(async move { match clockwork::run(&world).await {} }));
    }

    /// Ends in the midst of whatever it does, as a kill does.
    pub(super) fn kill(mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
            let _ = self.runtime.block_on(running);
        }
    }

    pub(super) fn act<T>(&self, work: impl FnOnce(&Act<'_>) -> Result<T, BookError>) -> T {
        self.world.act(work).expect("the book can be written")
    }

    /// A webhook of the merchant account, of this format, with its first key.
    pub(super) fn webhook(&self, receiver: &Receiver, change: impl FnOnce(&mut Webhook)) -> Webhook {
        let keys = vec![HmacKey { hex: KEYS[0].to_owned(), from: 0 }];
        let mut webhook = Webhook { id: WEBHOOK.to_owned(), url: receiver.url(), keys, ..Webhook::blank(MERCHANT) };
        change(&mut webhook);
        self.act(|act| act.keep(&webhook));
        webhook
    }

    /// Tells these items in one act.
    pub(super) fn tell(&self, items: &[Item]) {
        self.act(|act| items.iter().try_for_each(|item| tell(act, item)));
    }

    /// Every message, oldest first.
    pub(super) fn messages(&self) -> Vec<Message> {
        let mut messages = self.act(|act| act.newest_messages(None, u32::MAX));
        messages.reverse();
        messages
    }

    /// Waits until nothing waits to be sent.
    pub(super) fn wait_until_all_is_sent(&self) {
        self.wait_until("all is sent", || self.messages().iter().all(|message| message.state != State::Waiting));
    }

    pub(super) fn wait_until(&self, what: &str, condition: impl Fn() -> bool) {
        let began = Instant::now();
        while !condition() {
            assert!(began.elapsed() < PATIENCE, "not in time: {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// An authorisation of this order, and its capture.
pub(super) fn paid(order: usize) -> [Item; 2] {
    ["AUTHORISATION", "CAPTURE"].map(|code| {
        let psp = format!("{}{order:014}", &code[..2]);
        let mut item = Item::new(code, true, &psp, serde_json::from_value(amount()).expect("an amount"));
        item.merchant_account = MERCHANT.to_owned();
        item.merchant_reference = format!("order-{order}");
        item.original_reference = (code == "CAPTURE").then(|| format!("AU{order:014}"));
        item
    })
}

fn amount() -> Value {
    serde_json::json!({ "currency": "EUR", "value": 1_250 })
}

/// The item of a delivery in JSON; null when it is not whole.
pub(super) fn item(delivery: &Delivery) -> Value {
    let whole: Value = serde_json::from_slice(&delivery.body).unwrap_or_default();
    whole.pointer("/notificationItems/0/NotificationRequestItem").cloned().unwrap_or_default()
}

/// `AUTHORISATION order-1`.
pub(super) fn said(delivery: &Delivery) -> String {
    let item = item(delivery);
    format!("{} {}", item["eventCode"].as_str().unwrap_or("?"), item["merchantReference"].as_str().unwrap_or("?"))
}

/// Whether this key has signed it.
pub(super) fn is_signed_by(delivery: &Delivery, key: &str) -> bool {
    let provider = by_name("adyen").expect("Adyen");
    let key = provider.key("test", key).expect("a key");
    let request = RawRequest { target: &delivery.target, headers: &delivery.headers, body: &delivery.body };
    match provider.verify(&request, &[key], &Policy::default(), BEGIN) {
        Papers::Items(items) => items.iter().all(|item| matches!(item, Judged::Verified(_))),
        Papers::Unreadable(_) => false,
    }
}
