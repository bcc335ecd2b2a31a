//! The two listeners: TLS from files, who is let in where, and how they start and stop.
//!
//! - `tls`: the sender's end of TLS.

pub(crate) mod tls;

use std::net::TcpStream;
use std::time::{Duration, Instant};

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::notifications::Item;
use payhook_testkit::raw;
use payhook_testkit::receiver::{Behaviour, Receiver};
use payhook_testkit::wire::{self, Answer};

use crate::stage::{SECRET, Stored, adyen, authorisation, configuration, nothing_is_lost, setup};

const PATIENCE: Duration = Duration::from_secs(10);

/// What is in hand at a stop gets this long, and what remains is cut; twice, since tries come after requests.
const STOP_TIME_MAX: Duration = Duration::from_secs(20);

const WITH_TLS: &str = "tls = { cert = \"cert.pem\", key = \"key.pem\" }";

/// A body that is new each time.
fn body(number: u64) -> Vec<u8> {
    adyen().body(&Item::authorisation(number))
}

fn accepted(protocol: &str) -> Result<(String, u16, String), String> {
    Ok((protocol.to_owned(), 200, "[accepted]".to_owned()))
}

#[test]
fn over_tls_both_versions_of_http_are_taken() {
    let receiver = Receiver::start(Some(SECRET));
    let setup = setup(&receiver).server(WITH_TLS);
    let certificate = tls::certificate_in(setup.folder());
    let gateway = setup.start();
    let post = |protocols: &[&str], number| tls::post(gateway.public(), &certificate, protocols, &body(number));
    assert_eq!(post(&["h2", "http/1.1"], 1), accepted("h2"));
    assert_eq!(post(&["http/1.1"], 2), accepted("http/1.1"));
    assert_eq!(post(&[], 3), accepted(""), "HTTP/1.1 is what is spoken when nothing is agreed on");
    let plain = raw::send(gateway.public(), &authorisation(4), PATIENCE).expect("a connection");
    assert!(plain.closed && plain.answers().is_empty(), "plain text is not taken: {plain:?}");
    nothing_is_lost(&gateway, &receiver, &[1, 2, 3].into());
}

#[test]
fn a_renewed_certificate_is_taken_without_a_restart() {
    let receiver = Receiver::start(Some(SECRET));
    let setup = setup(&receiver).server(WITH_TLS);
    let old = tls::certificate_in(setup.folder());
    let gateway = setup.start();
    assert_eq!(tls::post(gateway.public(), &old, &["h2"], &body(1)), accepted("h2"));
    let new = tls::certificate_in(gateway.folder());
    until("the new certificate is used", || tls::post(gateway.public(), &new, &["h2"], &body(2)) == accepted("h2"));
    assert!(tls::post(gateway.public(), &old, &["h2"], &body(3)).is_err(), "the old one still counts");
    tls::certificate_in(gateway.folder());
    std::fs::remove_file(gateway.folder().join("key.pem")).expect("removed");
    let told = gateway.wait_for_log("the old TLS certificate stays in use", PATIENCE).expect("an error is logged");
    assert!(told.to_string().contains("key.pem: No such file"), "{told}");
    assert_eq!(tls::post(gateway.public(), &new, &["h2"], &body(4)), accepted("h2"), "half a pair is not taken");
    nothing_is_lost(&gateway, &receiver, &[1, 2, 4].into());
}

#[test]
fn a_certificate_that_ends_soon_is_told_of_and_one_that_has_ended_again() {
    let receiver = Receiver::start(Some(SECRET));
    let setup = setup(&receiver).server(WITH_TLS);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    tls::certificate_until(setup.folder(), now + 5 * 86_400);
    let mut gateway = setup.start();
    let told = |gateway: &Gateway| gateway.list("/api/v1/events?source=payhook");
    until("it is told of", || !told(&gateway).is_empty());
    assert_eq!(told(&gateway)[0]["code"], "alert.certificate");
    let metrics = gateway.get("/metrics").text();
    let line = format!("payhook_certificate{{figure=\"valid_until_seconds\"}} {}", now + 5 * 86_400);
    assert!(
        metrics.contains(&line) && metrics.contains("payhook_certificate{figure=\"renewed_in_vain\"} 0"),
        "{metrics}"
    );
    gateway.kill();
    tls::certificate_until(gateway.folder(), now - 60);
    gateway.restart();
    until("that it has ended is told of", || told(&gateway).len() == 2);
    let said = gateway.log_text();
    assert!(
        said.contains("providers refuse to connect; renew it") && said.contains(r#""alert":"certificate""#),
        "{said}"
    );
}

#[test]
fn a_request_in_flight_at_the_stop_is_answered() {
    let receiver = Receiver::start(Some(SECRET));
    let (setup, shim) = setup(&receiver).under_power_cut();
    let mut gateway = setup.start();
    // They may take two transactions, and a stop gives them 8 s.
    shim.slow_syncs(Duration::from_secs(3)).expect("the gateway runs under the shim");
    let load = gateway.load(4, |number| (number < 4).then(|| authorisation(number)));
    // As the gateway counts them: what was sent may wait for it still, and is turned away when it stops.
    let in_hand = || gateway.get("/metrics").text().lines().any(|line| line == "payhook_in_flight 4");
    until("all are in its hands", in_hand);
    gateway.signal(libc::SIGTERM);
    until("a stopping gateway takes nothing new", || TcpStream::connect(gateway.public()).is_err());
    assert!(load.wait_until(Duration::ZERO, |counts| counts.in_flight == 4), "what was in flight is not waited for");
    let fates = load.finish();
    assert!(fates.len() == 4 && fates.values().all(payhook_testkit::poster::Fate::acknowledged), "{fates:?}");
    assert_eq!(gateway.wait(STOP_TIME_MAX).and_then(|exit| exit.code()), Some(0));
    gateway.restart();
    nothing_is_lost(&gateway, &receiver, &(0..4).collect());
}

#[test]
fn a_try_in_flight_at_the_stop_is_settled() {
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|_| Behaviour::AnswerLate(200, Duration::from_secs(1)));
    let mut gateway = setup(&receiver).start();
    assert_eq!(gateway.send(&authorisation(1)).expect("an answer").status, 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "it never arrived");
    assert_eq!(gateway.stop(STOP_TIME_MAX).and_then(|exit| exit.code()), Some(0));
    gateway.restart();
    assert_eq!(gateway.list("/api/v1/deliveries")[0]["state"], "delivered");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(receiver.count(), 1, "what was settled is not sent again");
}

#[test]
fn nobody_holds_up_the_stop() {
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|_| Behaviour::Hang);
    let mut gateway = setup(&receiver).start();
    assert_eq!(gateway.send(&authorisation(1)).expect("an answer").status, 200);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "it never arrived");
    let sender = std::net::TcpStream::connect(gateway.public()).expect("a connection");
    std::io::Write::write_all(&mut &sender, &authorisation(2)[..60]).expect("half a request");
    let began = Instant::now();
    assert_eq!(gateway.stop(STOP_TIME_MAX).and_then(|exit| exit.code()), Some(0), "after {:?}", began.elapsed());
    receiver.behave(|_| Behaviour::Answer(200));
    gateway.restart();
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 2), "what was not settled is sent again");
}

#[test]
fn the_admin_listener_asks_who_is_there() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let good = format!("Bearer {}", gateway.token());
    let wrong = [
        None,
        Some("Bearer"),
        Some("Bearer "),
        Some("Bearer phk_wrong"),
        Some("Basic cGF5aG9vazpwYXlob29r"),
        Some(good.strip_prefix("Bearer ").expect("a bearer token")),
        Some(&good[..good.len() - 1]),
    ];
    let guarded = [
        ("GET", "/metrics"),
        ("GET", "/api/v1/events"),
        ("GET", "/api/v1/events/stream"),
        ("GET", "/api/v1/deliveries"),
        ("POST", "/api/v1/deliveries/retry"),
        ("GET", "/api/v1/quarantine"),
        ("POST", "/api/v1/quarantine/qrn_1/release"),
        ("GET", "/api/v1/aside"),
        ("GET", "/api/v1/conflicts"),
        ("POST", "/api/v1/conflicts/1/accept"),
        ("GET", "/api/v1/sources"),
        ("GET", "/api/v1/destinations"),
        ("GET", "/api/v1/routes"),
        ("GET", "/api/v1/keys"),
        ("GET", "/api/v1/status"),
        ("GET", "/api/v1/notifications/1"),
    ];
    for (method, target) in guarded {
        for credentials in wrong {
            let answer = ask(&gateway, method, target, credentials);
            assert_eq!(answer.status, 401, "{method} {target} with {credentials:?}: {}", answer.text());
            assert_eq!(answer.json()["error"]["code"], "unauthorized");
        }
    }
    for target in ["/healthz", "/readyz"] {
        assert_eq!(ask(&gateway, "GET", target, None).status, 200, "{target}");
    }
    for target in ["/metrics", "/api/v1/status", "/api/v1/keys"] {
        assert_eq!(ask(&gateway, "GET", target, Some(&good)).status, 200, "{target}");
    }
    assert!(!gateway.get("/api/v1/keys").text().contains(crate::stage::KEY), "keys are listed, not shown");
}

fn ask(gateway: &Gateway, method: &str, target: &str, credentials: Option<&str>) -> Answer {
    let mut headers = vec![("connection", "close")];
    headers.extend(credentials.map(|credentials| ("authorization", credentials)));
    wire::call(gateway.admin(), &wire::request(method, target, &headers, b""), PATIENCE).expect("an answer")
}

#[test]
fn whatever_the_api_refuses_it_says_with_a_code() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let token = format!("Bearer {}", gateway.token());
    let large = vec![b'1'; 3 << 20];
    for (method, target, kind, body, status, code) in [
        ("POST", "/api/v1/backups", "text/plain", b"{}".as_slice(), 415, "unsupported_content_type"),
        ("POST", "/api/v1/backups", "application/json", b"{".as_slice(), 400, "bad_request"),
        ("POST", "/api/v1/backups", "application/json", b"{\"to\":1}".as_slice(), 400, "bad_request"),
        ("POST", "/api/v1/backups", "application/json", &large, 413, "too_large"),
        ("GET", "/api/v1/events/%ff", "application/json", b"".as_slice(), 400, "bad_request"),
        ("GET", "/api/v1/events?nobody=1", "application/json", b"".as_slice(), 400, "bad_request"),
        ("GET", "/api/v1/nowhere", "application/json", b"".as_slice(), 404, "not_found"),
        ("DELETE", "/api/v1/events", "application/json", b"".as_slice(), 405, "method_not_allowed"),
    ] {
        let headers = [("authorization", token.as_str()), ("content-type", kind), ("connection", "close")];
        let request = wire::request(method, target, &headers, body);
        let answer = wire::call(gateway.admin(), &request, PATIENCE).expect("an answer");
        assert_eq!(answer.status, status, "{method} {target}: {}", answer.text());
        let error = &answer.json()["error"];
        assert_eq!(error["code"], code, "{method} {target}");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{method} {target}");
    }
}

#[test]
fn the_public_listener_takes_notifications_and_answers_probes_and_nothing_else() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let token = format!("Bearer {}", gateway.token());
    let ask = |method: &str, target: &str| {
        let request = wire::request(method, target, &[("authorization", token.as_str())], b"");
        gateway.send(&request).expect("an answer").status
    };
    assert_eq!(ask("GET", "/healthz"), 200);
    for target in ["/", "/readyz", "/metrics", "/api/v1/status", "/api/v1/events", "/api/v1/openapi.json", "/in"] {
        assert_eq!(ask("GET", target), 404, "{target}");
        assert_eq!(ask("POST", target), 404, "{target}");
    }
    assert_eq!(gateway.send(&authorisation(1)).expect("an answer").status, 200);
}

#[test]
fn a_second_gateway_on_one_database_does_not_start() {
    let receiver = Receiver::start(Some(SECRET));
    let mut first = setup(&receiver).start();
    let second = Setup::new(&configuration(&receiver)).store_in(first.folder()).try_start();
    let failure = second.err().expect("two gateways on one database");
    assert_eq!(failure.status.and_then(|status| status.code()), Some(1), "{failure}");
    assert!(failure.log.contains("payhook.db is in use by another payhook"), "{failure}");
    assert!(failure.log.contains(" hint: "), "{failure}");
    assert!(first.is_running());
    assert_eq!(first.send(&authorisation(1)).expect("an answer").status, 200);
    first.kill();
    let third = Setup::new(&configuration(&receiver)).store_in(first.folder()).start();
    assert_eq!(Stored::of(&third).orders.len(), 1, "a killed gateway's database is free at once");
}

#[test]
fn an_address_that_is_taken_is_named() {
    let receiver = Receiver::start(Some(SECRET));
    let taken = receiver.address().to_string();
    let failure = setup(&receiver).variable("PAYHOOK__SERVER__PUBLIC", &taken).try_start().err();
    let failure = failure.expect("the address is taken");
    assert_eq!(failure.status.and_then(|status| status.code()), Some(1), "{failure}");
    assert!(failure.log.contains(&format!("server.public cannot listen on {taken}")), "{failure}");
}

#[test]
fn every_mistake_of_a_configuration_is_told_at_once() {
    let bad = r#"
[[source]]
name = "adyen"
provider = "adien"
keys = ["${NOT_SET}"]

[[source]]
name = "adyen"
provider = "adyen"
keys = ["not hex"]
max_bdoy = "1 MiB"

[[destination]]
name = "shop"
type = "http"
url = "http://127.0.0.1:1/"
timeout = "soon"

[[route]]
to = ["shpo"]
"#;
    let failure = Setup::new(bad).try_start().err().expect("it is not a configuration");
    assert_eq!(failure.status.and_then(|status| status.code()), Some(78), "{failure}");
    let mistakes = [
        "`adien`",
        "${NOT_SET}",
        "there twice",
        "0-9 and A-F",
        "`max_bdoy`",
        "no `secret`",
        "private",
        "`timeout`",
        "`shpo`",
    ];
    for mistake in mistakes {
        assert!(failure.log.contains(mistake), "{mistake} is not told:\n{failure}");
    }
    let told = |word: &str| failure.log.lines().filter(|line| line.starts_with(word)).count();
    assert_eq!((told("error: "), told(" hint: ")), (mistakes.len(), mistakes.len()), "{failure}");
}

/// Asks until it is so.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}
