//! The moments at which a change is asked for: before the gateway is ready, while it stops, and just before it is killed.

use std::collections::BTreeSet;
use std::time::Duration;

use payhook_testkit::receiver::{Behaviour, Receiver};
use payhook_testkit::scale;

use super::by_hand::ByHand;
use super::{CONNECTIONS, PATIENCE, fine, taken};
use crate::stage::{KEY, SECRET, acknowledged, authorisation, configuration, nothing_is_lost, setup};

#[test]
fn a_signal_before_it_is_ready_is_heard_once_it_is() {
    let receiver = Receiver::start(Some(SECRET));
    let folder = tempfile::tempdir().expect("a folder");
    let server = "version = 1\n[server]\npublic = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n";
    let text = format!("{server}{}", configuration(&receiver));
    std::fs::write(folder.path().join("payhook.toml"), &text).expect("written");
    let mut gateway = ByHand::start(folder.path(), &[]);
    gateway.until_it_hears();
    for _ in 0..20 {
        gateway.signal(libc::SIGHUP);
        std::thread::sleep(Duration::from_micros(200));
    }
    gateway.until_it_says("ready");
    gateway.until_it_says("configuration unchanged");
    let log = gateway.log();
    let ready = log.lines().find(|line| line.contains("\"ready\"")).expect("a line");
    let ready: serde_json::Value = serde_json::from_str(ready).expect("JSON");
    let public = ready["public"].as_str().expect("an address").parse().expect("an address");
    for order in 0..20 {
        let answer = payhook_testkit::wire::call(public, &authorisation(order), PATIENCE).expect("an answer");
        assert_eq!(answer.status, 200);
    }
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() >= 20), "{}", receiver.count());
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(receiver.count(), 20, "there is one desk for the destination");
    gateway.signal(libc::SIGTERM);
    assert_eq!(gateway.wait().and_then(|exit| exit.code()), Some(0));
}

#[test]
fn without_a_file_there_is_nothing_to_read_again_and_it_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let variables = [
        ("ADYEN_HMAC_KEY", KEY),
        ("PAYHOOK__SERVER__PUBLIC", "127.0.0.1:0"),
        ("PAYHOOK__SERVER__ADMIN", "127.0.0.1:0"),
    ];
    let mut gateway = ByHand::start(folder.path(), &variables);
    gateway.until_it_says("\"ready\"");
    gateway.signal(libc::SIGHUP);
    gateway.until_it_says("the environment alone configures it");
    std::fs::write(folder.path().join("payhook.toml"), "version = 1\n").expect("written");
    gateway.signal(libc::SIGHUP);
    gateway.until_it_says("the changed configuration is refused");
    gateway.signal(libc::SIGTERM);
    assert_eq!(gateway.wait().and_then(|exit| exit.code()), Some(0));
}

#[test]
fn signals_while_it_stops_change_nothing_of_the_stop() {
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|_| Behaviour::AnswerLate(200, Duration::from_secs(1)));
    let mut gateway = setup(&receiver).start();
    let text = gateway.configuration();
    assert_eq!(gateway.send(&authorisation(1)).expect("an answer").status, 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "it never arrived");
    gateway.rewrite(&fine(&text, 0));
    gateway.signal(libc::SIGTERM);
    for _ in 0..20 {
        gateway.signal(libc::SIGHUP);
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(gateway.wait(PATIENCE).and_then(|exit| exit.code()), Some(0));
    gateway.restart();
    assert_eq!(gateway.list("/api/v1/deliveries")[0]["state"], "delivered");
    assert_eq!(receiver.count(), 1, "what was settled is not sent again");
}

#[test]
fn killed_in_the_middle_of_a_reload_it_starts_with_what_the_file_says_and_has_lost_nothing() {
    const ROUND_SPAN: usize = 1_000_000;
    let rounds = scale::of("PAYHOOK_RELOAD_KILLS", 12, 200);
    let mut random = fastrand::Rng::with_seed(7);
    let receiver = Receiver::start(Some(SECRET));
    let mut gateway = setup(&receiver).start();
    let text = gateway.configuration();
    let mut safe = BTreeSet::new();
    for round in 0..rounds {
        let first = round * ROUND_SPAN;
        let load = gateway.load(CONNECTIONS, move |number| Some(authorisation(first + number)));
        assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged > 20), "round {round} never got going");
        let many: String = (0..20).map(|extra| another(&receiver, round, extra)).collect();
        gateway.rewrite(&format!("{}{many}", fine(&text, round)));
        gateway.signal(libc::SIGHUP);
        std::thread::sleep(Duration::from_micros(random.u64(0..40_000)));
        gateway.kill();
        safe.extend(acknowledged(&load.finish(), first));
        gateway.restart();
        let before = gateway.get("/api/v1/status").json()["config"].take();
        let reload = gateway.reload(&gateway.configuration());
        assert_eq!(reload["outcome"], "unchanged", "round {round}: it runs what the file says: {reload}");
        assert_eq!(gateway.get("/api/v1/status").json()["config"], before);
    }
    taken(&gateway.reload(&fine(&text, rounds)));
    nothing_is_lost(&gateway, &receiver, &safe);
}

/// One more destination, which no event is for: names to be numbered, doors to be opened.
fn another(receiver: &Receiver, round: usize, extra: usize) -> String {
    let (url, name) = (receiver.url(), format!("extra-{round}-{extra}"));
    format!(
        "[[destination]]\nname = \"{name}\"\ntype = \"http\"\nurl = \"{url}\"\nsecret = \"{SECRET}\"\n\
         allow = [\"127.0.0.0/8\"]\n[[route]]\nname = \"{name}\"\nevents = [\"report.available\"]\nto = [\"{name}\"]\n"
    )
}
