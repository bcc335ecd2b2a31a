//! "Banked, from nothing to production", followed word by word at the sandbox, with the steps of a payer in between.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use payhook_domain::time::{Clock, Timestamp};
use payhook_sandbox::{Accounts, Pace, Sandbox, Settings};
use payhook_testkit::receiver::Receiver;
use payhook_testkit::wire;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::user::{User, free_port};
use crate::pages;
use crate::pages::census::Claim;

const PAGE: &str = "docs/guide/start-banked.md";
pub(super) const CLAIMS: &[Claim] = &[
    Claim::of(PAGE, "console"),
    // The sandbox and the gateway are these, in other terminals.
    Claim::of(PAGE, "sh").under("The sandbox"),
    Claim::of(PAGE, "sh").under("The gateway"),
];

const PATIENCE: Duration = Duration::from_secs(20);

struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        Timestamp::from_micros(i64::try_from(since.as_micros()).expect("before the year 292277"))
    }
}

/// A sandbox on a free port, until the runtime is dropped.
fn sandbox() -> (Runtime, SocketAddr) {
    let runtime = Runtime::new().expect("a runtime");
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    let sandbox = Sandbox::open(Settings {
        file: None,
        seed: Some(7),
        pace: Pace::Scaled(1.0),
        base: format!("http://{address}").parse().expect("a URL"),
        accounts: Accounts::default(),
        clock: Arc::new(Now),
        weather: Vec::new(),
    });
    let sandbox = sandbox.expect("memory");
    runtime.spawn(async move { sandbox.serve(listener, std::future::pending()).await });
    (runtime, address)
}

/// What the page says to do in the browser.
fn pay(sandbox: SocketAddr, session: &Value) {
    let id = session["id"].as_str().expect("an id");
    for (path, form) in [
        (format!("/banked/pay/{id}"), "bank=mock-bank"),
        (format!("/banked/bank/{id}/account"), "account=050511"),
        (format!("/banked/bank/{id}/decision"), "decision=approve"),
    ] {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let request = wire::request("POST", &path, &headers, form.as_bytes());
        let answer = wire::call(sandbox, &request, PATIENCE).expect("the sandbox answers");
        assert_eq!(answer.status, 303, "{}", answer.text());
    }
}

/// The page's commands, at addresses that are free here.
fn commands(sandbox: SocketAddr, public: u16) -> Vec<String> {
    let commands = pages::commands(PAGE).into_iter();
    let here = commands.map(|command| command.replace("127.0.0.1:8090", &sandbox.to_string()));
    here.map(|command| command.replace("127.0.0.1:8080", &format!("127.0.0.1:{public}"))).collect()
}

#[test]
fn a_new_user_takes_a_payment_by_bank() {
    let (_runtime, sandbox) = sandbox();
    let shop = Receiver::start(None);
    let public = free_port();
    let shown = commands(sandbox, public);
    let [init, url, keys, webhook, check, order, events, payments, deliveries] = shown.as_slice() else {
        panic!("{shown:?}")
    };
    let mut user = User::new();
    user.runs(init);
    user.edit("payhook.toml", "\"0.0.0.0:8080\"", &format!("\"127.0.0.1:{public}\""));
    user.edit("payhook.toml", "\"127.0.0.1:8081\"", &format!("\"127.0.0.1:{}\"", free_port()));
    user.edit("payhook.toml", "http://127.0.0.1:3000/webhooks/payhook", &shop.url());
    user.runs(url);
    user.runs(keys);
    let webhook = user.runs(webhook);
    assert!(webhook.contains("\"id\"") && !webhook.contains("signature_key"), "{webhook}");
    assert!(user.runs(check).contains("is fine"));
    user.serve();

    let session = serde_json::from_str(&user.runs(order)).expect("a session");
    pay(sandbox, &session);
    let every = ["payment.initiated", "payment.pending", "payment.sent"];
    user.until(events, |listed| every.iter().all(|kind| listed.contains(kind)));
    assert!(user.runs(payments).contains("25.00 GBP"));
    assert!(shop.wait_until(PATIENCE, |heard| heard.len() == every.len()), "{} of them", shop.count());
    user.until(deliveries, |listed| listed.matches("delivered").count() == every.len());
    let told: Vec<_> = shop.deliveries().iter().map(|delivery| delivery.json()["type"].clone()).collect();
    assert_eq!(told, every);
}
