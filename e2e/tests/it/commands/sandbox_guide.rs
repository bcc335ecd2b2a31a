//! The guide to the sandbox, followed word by word from nothing to a delivered notification.

use std::time::Duration;

use payhook_testkit::receiver::Receiver;
use payhook_testkit::sandbox::Sandbox;

use super::user::{User, free_port};
use crate::pages;
use crate::pages::census::Claim;

const PAGE: &str = "docs/guide/sandbox.md";
pub(super) const CLAIMS: &[Claim] = &[
    Claim::of(PAGE, "console"),
    // The sandbox and the gateway are these, in other terminals.
    Claim::of(PAGE, "sh"),
];

const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn a_new_user_comes_from_nothing_to_a_delivered_notification_with_the_sandbox() {
    let sandbox = Sandbox::start(&[]);
    let shop = Receiver::start(None);
    let public = free_port();
    let here = |command: String| {
        let command = command.replace("127.0.0.1:8090", &sandbox.address().to_string());
        command.replace("127.0.0.1:8080", &format!("127.0.0.1:{public}"))
    };
    let shown: Vec<_> =
        pages::commands_under(PAGE, "From nothing to a delivered notification").into_iter().map(here).collect();
    let [init, webhook, key, secret, check, pay, events, payments] = shown.as_slice() else { panic!("{shown:?}") };
    let mut user = User::new();
    user.runs(init);
    user.edit("payhook.toml", "\"0.0.0.0:8080\"", &format!("\"127.0.0.1:{public}\""));
    user.edit("payhook.toml", "\"127.0.0.1:8081\"", &format!("\"127.0.0.1:{}\"", free_port()));
    user.edit("payhook.toml", "http://127.0.0.1:3000/webhooks/payhook", &shop.url());
    let made = user.read(".env");
    for command in [webhook, key, secret] {
        user.runs(command);
    }
    assert_ne!(user.read(".env"), made, "the key is in the environment's file");
    assert!(user.runs(check).contains("is fine"));
    user.serve();
    assert!(user.runs(pay).contains("Authorised"));
    user.until(events, |listed| listed.contains("payment.authorised") && listed.contains("order-1"));
    assert!(user.runs(payments).contains("12.50 EUR"));
    assert!(shop.wait_until(PATIENCE, |heard| !heard.is_empty()), "it never arrived");
    assert_eq!(shop.deliveries()[0].json()["type"], "payment.authorised");
    let log = sandbox.get("/area/log").text();
    assert!(log.contains("order-1") && log.contains("accepted"), "{log}");
}
