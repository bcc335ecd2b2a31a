//! The testkit against the real binary: what end-to-end tests rely on holds.

#![allow(clippy::unwrap_used, reason = "all of this is test code")]

use std::time::Duration;

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::notifications::{Adyen, Item};
use payhook_testkit::powercut::Tear;
use payhook_testkit::receiver::{Behaviour, Receiver};
use payhook_testkit::standard_webhooks::Signature;

const KEY: &str = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PATIENCE: Duration = Duration::from_secs(20);

fn setup(endpoint: &Receiver) -> Setup {
    Setup::new(&format!(
        r#"
        [[source]]
        name = "adyen"
        provider = "adyen"
        keys = ["{KEY}"]
        [[destination]]
        name = "shop"
        type = "http"
        url = "{}"
        secret = "{SECRET}"
        allow = ["127.0.0.0/8"]
        retry = {{ schedule = ["100ms", "100ms", "100ms"] }}
        [[route]]
        to = ["shop"]
        "#,
        endpoint.url()
    ))
}

fn post(gateway: &Gateway, numbers: std::ops::Range<u64>) -> usize {
    let adyen = Adyen::new("/in/adyen", "Shop", KEY);
    let requests: Vec<_> = numbers.map(|number| adyen.request(&Item::authorisation(number))).collect();
    let fates = gateway.load(4, move |number| requests.get(number).cloned()).finish();
    fates.values().filter(|fate| fate.acknowledged()).count()
}

#[test]
fn a_gateway_takes_delivers_dies_and_comes_back_with_its_events() {
    let endpoint = Receiver::start(Some(SECRET));
    endpoint.behave(|delivery| if delivery.number == 0 { Behaviour::Answer(503) } else { Behaviour::Answer(200) });
    let mut gateway = setup(&endpoint).start();
    assert_eq!(post(&gateway, 0..20), 20);
    assert!(endpoint.wait_until(PATIENCE, |deliveries| deliveries.len() == 21));
    assert!(endpoint.deliveries().iter().all(|delivery| delivery.signature == Signature::Valid));
    assert_eq!(endpoint.ids().len(), 20);
    let used = gateway.usage();
    assert!(used.rss > 1 << 20 && used.threads > 1 && used.descriptors > 3, "{used:?}");

    gateway.kill();
    assert!(!gateway.is_running());
    gateway.restart();
    assert_eq!(gateway.list("/api/v1/events?limit=7").len(), 20, "three pages of at most seven");
    assert!(gateway.stop(PATIENCE).is_some_and(|exit| exit.success()));
}

#[test]
fn a_power_cut_keeps_what_was_acknowledged_and_shows_what_was_not_synced() {
    let endpoint = Receiver::start(None);
    let survivors = |argument: Option<&str>| {
        let mut setup = setup(&endpoint);
        if let Some(argument) = argument {
            setup = setup.argument(argument);
        }
        let (setup, shim) = setup.under_power_cut();
        let mut gateway = setup.start();
        assert_eq!(post(&gateway, 0..30), 30);
        shim.cut(Tear::Clean).unwrap();
        assert!(gateway.wait(PATIENCE).is_some());
        gateway.restart();
        gateway.list("/api/v1/events").len()
    };
    assert_eq!(survivors(None), 30);
    assert!(survivors(Some("--unsafe-no-sync")) < 30, "without syncs the cut must take something");
}

#[test]
fn a_bad_configuration_does_not_start_and_says_why() {
    let failure = Setup::new("[[source]]\nname = \"x\"\nprovider = \"nobody\"").try_start().err().unwrap();
    assert_eq!(failure.status.and_then(|status| status.code()), Some(78), "{failure}");
    assert!(failure.log.contains("nobody"), "{failure}");
}
