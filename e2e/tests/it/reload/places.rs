//! Listeners that move to another port, and certificates that come, change and are wrong, while requests flow.

use std::net::TcpListener;
use std::time::Duration;

use payhook_testkit::notifications::Item;
use payhook_testkit::poster::{Fate, Load};
use payhook_testkit::receiver::Receiver;
use payhook_testkit::{steady, wire};

use super::{PATIENCE, PAUSE, said, taken};
use crate::listeners::tls;
use crate::stage::{SECRET, acknowledged, adyen, authorisation, nothing_is_lost, setup};

fn paced(number: usize) -> Vec<u8> {
    std::thread::sleep(PAUSE);
    authorisation(number)
}

#[test]
fn a_listener_moves_to_another_port_and_every_request_on_its_way_is_answered() {
    const OLD: usize = 100_000;
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let text = gateway.configuration();
    let mut from = gateway.public();
    let mut safe = std::collections::BTreeSet::new();
    for round in 1..=5 {
        let to = steady::address();
        let first = round * OLD;
        let load = Load::start(from, 8, move |number| Some(paced(first + number)));
        assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged > 50), "nothing was answered at {from}");
        let moved = text.replacen("public = \"127.0.0.1:0\"", &format!("public = \"{to}\""), 1);
        assert_eq!(taken(&gateway.reload(&moved)), "server: public");
        // Every connection ends with an answer; then nobody listens and the load is over.
        let fates = load.finish();
        let wrong: Vec<_> = fates.iter().filter(|(_, fate)| !fate.acknowledged()).take(3).collect();
        assert!(wrong.is_empty(), "round {round}: {wrong:?}");
        safe.extend(fates.keys().map(|number| first + number));
        let answer = wire::call(to, &authorisation(round), PATIENCE).expect("an answer at the new address");
        assert_eq!(answer.status, 200);
        safe.insert(round);
        assert!(wire::call(from, &authorisation(0), PATIENCE).is_err(), "the old address is free");
        from = to;
    }
    nothing_is_lost(&gateway, &receiver, &safe);
}

#[test]
fn an_address_that_is_taken_is_refused_and_the_old_listener_stays() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let text = gateway.configuration();
    let taken_by_another = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken_by_another.local_addr().expect("bound");
    let reload = gateway.reload(&text.replacen("public = \"127.0.0.1:0\"", &format!("public = \"{address}\""), 1));
    assert!(said(&reload).contains("server.public cannot listen on"), "{reload}");
    assert_eq!(gateway.send(&authorisation(1)).expect("an answer").status, 200);
    nothing_is_lost(&gateway, &receiver, &[1].into());
}

#[test]
fn the_admin_listener_moves_too() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let text = gateway.configuration();
    let to = steady::address();
    gateway.rewrite(&text.replacen("admin = \"127.0.0.1:0\"", &format!("admin = \"{to}\""), 1));
    gateway.signal(libc::SIGHUP);
    assert!(gateway.wait_for_log("listens at another address", PATIENCE).is_some());
    let token = format!("Bearer {}", gateway.token());
    let headers = [("authorization", token.as_str()), ("connection", "close")];
    let status = wire::call(to, &wire::request("GET", "/api/v1/status", &headers, b""), PATIENCE).expect("an answer");
    assert_eq!(status.json()["reload"]["changes"], serde_json::json!(["server: admin"]));
}

#[test]
fn tls_comes_changes_and_goes_while_the_port_stays() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let plain = gateway.configuration();
    let with_tls = plain.replacen("[store]", "tls = { cert = \"cert.pem\", key = \"key.pem\" }\n[store]", 1);
    let body = |number| adyen().body(&Item::authorisation(number));
    let post = |certificate: &str, number| tls::post(gateway.public(), certificate, &["http/1.1"], &body(number));
    let accepted = || Ok(("http/1.1".to_owned(), 200, "[accepted]".to_owned()));

    let load = gateway.load(4, |number| Some(paced(100 + number)));
    assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged > 20), "nothing was answered");
    let reload = gateway.reload(&with_tls);
    assert!(said(&reload).contains("cert.pem cannot be read"), "{reload}");
    let first = tls::certificate_in(gateway.folder());
    assert_eq!(taken(&gateway.reload(&with_tls)), "server: tls");
    load.stop();
    let fates = load.finish();
    // Who connects now and speaks no TLS is not answered; nobody is answered wrongly.
    let fine = |fate: &Fate| fate.acknowledged() || matches!(fate, Fate::InFlight(_));
    assert!(fates.values().all(fine), "{fates:?}");
    assert_eq!(post(&first, 1), accepted());

    let second = tls::certificate_in(gateway.folder());
    let reload = gateway.reload(&with_tls);
    assert_eq!(reload["outcome"], "unchanged", "{reload}");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(post(&second, 2), accepted(), "the files are read at once");
    std::fs::write(gateway.folder().join("key.pem"), "broken").expect("written");
    let reload = gateway.reload(&with_tls);
    assert!(said(&reload).contains("holds no readable PEM private key"), "{reload}");
    assert_eq!(post(&second, 3), accepted(), "the old pair stays");

    assert_eq!(taken(&gateway.reload(&plain)), "server: tls");
    assert_eq!(gateway.send(&authorisation(4)).expect("an answer").status, 200);
    let safe = acknowledged(&fates, 100).into_iter().chain([1, 2, 3, 4]).collect();
    nothing_is_lost(&gateway, &receiver, &safe);
}
