//! A running sandbox on a free port of loopback, and a merchant's endpoint that its webhook names.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use payhook_domain::time::{Clock, Timestamp};
use payhook_testkit::receiver::Receiver;
use payhook_testkit::wire::{Answer, call, request};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::time::Instant;

use crate::accounts::Accounts;
use crate::adyen::checkout::{CaptureDelay, Payment, Settings};
use crate::adyen::webhook::{HmacKey, Webhook};
use crate::boot::{Sandbox, Settings as Boot};
use crate::time::Pace;
use crate::world::World;

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(20);
/// A second of the world is two minutes of the sandbox: what takes seconds comes at once, what takes an hour does not.
pub(super) const QUICK: Pace = Pace::Scaled(120.0);

pub(super) const ACCOUNT: &str = "SandboxMerchant";
pub(super) const HMAC: &str = "00727DB817A85C8503AD29EAD1523DB869AF0E536893BB3046C92DE7CB045CB1";
pub(super) const API: &str = "/adyen/checkout/v71";
const API_KEY: &str = "sandbox_adyen_api_key";

/// The world's clock of all tests: begins on a day when every test card is good, and goes by as time does.
struct FromNovember;

impl Clock for FromNovember {
    fn now(&self) -> Timestamp {
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        Timestamp::from_seconds(1_796_000_000).plus(BEGAN.elapsed())
    }
}

/// A sandbox that nobody runs yet.
pub(super) fn world(pace: Pace) -> Arc<World> {
    sandbox(None, pace, "http://127.0.0.1:8090").world()
}

/// A sandbox on a file, which may have been another's before.
pub(super) fn reopened(file: &Path) -> Arc<World> {
    sandbox(Some(file), Pace::Scaled(1.0), "http://127.0.0.1:8090").world()
}

fn sandbox(file: Option<&Path>, pace: Pace, base: &str) -> Sandbox {
    let clock = Arc::new(FromNovember);
    let base = base.parse().expect("a URL");
    let boot = Boot {
        file: file.map(Path::to_owned),
        seed: Some(7),
        pace,
        base,
        accounts: Accounts::default(),
        clock,
        weather: Vec::new(),
    };
    Sandbox::open(boot).expect("a book")
}

/// A webhook of the merchant account that hears of everything that is sent by default.
pub(super) fn webhook(id: &str, kind: &str, url: &str) -> Webhook {
    Webhook {
        id: id.to_owned(),
        kind: kind.to_owned(),
        url: url.to_owned(),
        encryption_protocol: "HTTP".to_owned(),
        keys: vec![HmacKey { hex: HMAC.to_owned(), from: 0 }],
        ..Webhook::blank(ACCOUNT)
    }
}

/// A running sandbox and a merchant.
pub(super) struct Stage {
    pub(super) world: Arc<World>,
    pub(super) merchant: Receiver,
    address: SocketAddr,
    _runtime: Runtime,
}

impl Stage {
    /// With the merchant's webhook as it is usual.
    pub(super) fn start(pace: Pace) -> Self {
        Self::start_with(pace, |_| {})
    }

    /// With the webhook as `set` changes it.
    pub(super) fn start_with(pace: Pace, set: impl FnOnce(&mut Webhook)) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("the machine gives a thread");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let sandbox = sandbox(None, pace, &format!("http://{address}"));
        let world = sandbox.world();
        let merchant = Receiver::start(None);
        let mut webhook = webhook("S2-1", "standard", &merchant.url());
        set(&mut webhook);
        world.act(|act| act.keep(&webhook)).expect("kept");
        runtime.spawn(async move { sandbox.serve(listener, std::future::pending()).await });
        Self { world, merchant, address, _runtime: runtime }
    }

    /// The merchant account captures when it is asked, in one part or several.
    pub(super) fn captures_by_hand(self, multiple_partial_captures: bool) -> Self {
        let merchant_account = ACCOUNT.to_owned();
        let settings = Settings { merchant_account, capture_delay: CaptureDelay::Manual, multiple_partial_captures };
        self.world.act(|act| act.keep(&settings)).expect("kept");
        self
    }

    /// Any request.
    pub(super) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        call(self.address, &request(method, path, headers, body), PATIENCE).expect("an answer")
    }

    /// A request of the merchant, whose answer has to be of this status.
    pub(super) fn post(&self, path: &str, body: &Value, status: u16) -> Value {
        let headers = [("x-api-key", API_KEY), ("content-type", "application/json")];
        let answer = self.ask("POST", &format!("{API}{path}"), &headers, body.to_string().as_bytes());
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        answer.json()
    }

    /// A question of the merchant.
    pub(super) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[("x-api-key", API_KEY)], b"")
    }

    /// A form that a shopper sends.
    pub(super) fn send(&self, path: &str, form: &str) -> Answer {
        self.ask("POST", path, &[("content-type", "application/x-www-form-urlencoded")], form.as_bytes())
    }

    /// A card payment by the merchant's own page; `more` joins the request.
    pub(super) fn pay(&self, reference: &str, more: &Value) -> Value {
        let mut body = json!({
            "merchantAccount": ACCOUNT, "reference": reference, "amount": { "currency": "EUR", "value": 1_000 },
            "returnUrl": "https://shop.example.com/back?order=1",
            "paymentMethod": { "type": "scheme", "number": "4111111145551142", "expiryMonth": "03", "expiryYear": "2030",
                "cvc": "737", "holderName": "J. Smith" },
        });
        merge(&mut body, more);
        self.post("/payments", &body, 200)
    }

    /// An authorised payment's reference, once the merchant has heard of it.
    pub(super) fn paid(&self, reference: &str) -> String {
        let answer = self.pay(reference, &json!({}));
        assert_eq!(answer["resultCode"], "Authorised", "{answer}");
        let psp = answer["pspReference"].as_str().expect("a reference").to_owned();
        self.hears(|item| item["eventCode"] == "AUTHORISATION" && item["pspReference"] == *psp);
        psp
    }

    /// Asks for a modification, and waits for its item.
    pub(super) fn modify(&self, psp: &str, what: &str, value: Option<i64>) -> Value {
        let mut body = json!({ "merchantAccount": ACCOUNT, "reference": format!("{what}-1") });
        if let Some(value) = value {
            body["amount"] = json!({ "currency": "EUR", "value": value });
        }
        let answer = self.post(&format!("/payments/{psp}/{what}"), &body, 201);
        assert_eq!((&answer["status"], &answer["paymentPspReference"]), (&json!("received"), &json!(psp)), "{answer}");
        self.hears(|item| item["pspReference"] == answer["pspReference"])
    }

    /// Everything the merchant was told so far, item by item.
    pub(super) fn items(&self) -> Vec<Value> {
        self.merchant.deliveries().iter().map(|told| item(&told.json())).collect()
    }

    /// Waits for an item, and says it.
    pub(super) fn hears(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let came = self.merchant.wait_until(PATIENCE, |all| all.iter().any(|told| wanted(&item(&told.json()))));
        assert!(came, "what was waited for never came; what came: {:#?}", self.items());
        self.items().into_iter().find(|item| wanted(item)).expect("it came")
    }

    /// Waits for an item with this code.
    pub(super) fn hears_of(&self, code: &str) -> Value {
        self.hears(|item| item["eventCode"] == code)
    }

    /// A payment as it is kept.
    pub(super) fn payment(&self, psp: &str) -> Payment {
        self.world.act(|act| act.find(psp)).expect("read").expect("a payment of this reference")
    }
}

fn item(envelope: &Value) -> Value {
    envelope["notificationItems"][0]["NotificationRequestItem"].clone()
}

/// Joins an object's fields to another's, inside too.
fn merge(body: &mut Value, more: &Value) {
    for (name, value) in more.as_object().into_iter().flatten() {
        match (body.get_mut(name), value) {
            (Some(Value::Object(inside)), Value::Object(more)) => inside.extend(more.clone()),
            _ => body[name] = value.clone(),
        }
    }
}
