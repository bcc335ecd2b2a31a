//! Retention in the shipped binary: a clock that jumped waits for a person, and SIGKILL in the middle of a sweep loses nothing.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use payhook_domain::time::{Clock, Timestamp};
use payhook_gateway::{boot, clock, config, telemetry};
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::poster::Fate;
use payhook_testkit::receiver::{Delivery, Receiver};
use payhook_testkit::scale;
use payhook_testkit::wire::{self, Answer};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::stage::{SECRET, authorisation, configuration};

/// Notifications stored before the clock is turned: about eighty steps of a sweep.
const NOTIFICATIONS: usize = 5_000;
/// Those the shop has taken by then; the others stay owed.
const DELIVERED_MIN: usize = 2_500;

/// Longest anything here may take.
const PATIENCE: Duration = Duration::from_secs(60);

fn at(offset: &str, receiver: &Receiver, folder: &Path) -> Gateway {
    Setup::new(&configuration(receiver)).in_folder(folder).argument(&format!("--clock-offset={offset}")).start()
}

/// Sends them over some connections; all are acknowledged, some delivered, and the others kept waiting.
fn stored(receiver: &Receiver, folder: &Path) -> BTreeSet<usize> {
    let gateway = at("0s", receiver, folder);
    let load = gateway.load(8, |number| (number < NOTIFICATIONS).then(|| authorisation(number)));
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() >= DELIVERED_MIN), "nothing is delivered");
    assert_eq!(gateway.post("/api/v1/destinations/shop/pause", &json!({})).status, 200);
    assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= NOTIFICATIONS), "not all was acknowledged");
    let fates = load.finish();
    fates.iter().filter(|(_, fate)| Fate::acknowledged(fate)).map(|(number, _)| *number).collect()
}

/// Bytes of notifications that were removed so far.
fn pruned(gateway: &Gateway) -> u64 {
    let metrics = gateway.get("/metrics").text();
    let line = metrics.lines().find(|line| line.starts_with("payhook_pruned_total{what=\"bodies\"}"));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0)
}

#[test]
fn a_sweep_that_is_killed_again_and_again_loses_nothing_that_is_owed_and_ends() {
    let kills = scale::of("PAYHOOK_RETENTION_KILLS", 4, 40);
    let receiver = Receiver::start(Some(SECRET));
    let folder = tempfile::tempdir().expect("a folder");
    let safe = stored(&receiver, folder.path());
    assert_eq!(safe.len(), NOTIFICATIONS);

    let mut gateway = at("100d", &receiver, folder.path());
    let refused = gateway.post("/api/v1/prune", &json!({}));
    assert_eq!(refused.status, 409, "{}", refused.text());
    let began = Instant::now();
    while gateway.list("/api/v1/events?kind=alert.clock").len() != 1 {
        assert!(began.elapsed() < PATIENCE, "nobody is told:\n{}", gateway.log_text());
    }
    assert_eq!(pruned(&gateway), 0);
    let foreseen = gateway.post("/api/v1/prune", &json!({ "dry_run": true })).json();
    assert!(foreseen["pruned"]["bodies"]["rows"].as_u64().is_some_and(|rows| rows > 0), "{foreseen}");

    assert_eq!(gateway.post("/api/v1/prune", &json!({ "yes": true })).status, 200);
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..kills {
        gateway.kill();
        gateway.restart();
        let began = Instant::now();
        while pruned(&gateway) == 0 {
            assert!(began.elapsed() < PATIENCE, "round {round}: the next start does not go on");
        }
        std::thread::sleep(Duration::from_micros(random.u64(0..30_000)));
        let step = pruned(&gateway);
        assert!(step < DELIVERED_MIN as u64 / 2, "round {round}: the kill came late, behind {step}");
    }
    gateway.kill();
    gateway.restart();
    sweep(&gateway);
    let left = gateway.post("/api/v1/prune", &json!({ "dry_run": true })).json();
    assert_eq!(left["pruned"]["bodies"]["rows"], 0, "{left}");

    let events = gateway.list("/api/v1/events?limit=500&source=adyen");
    let orders: BTreeSet<usize> = events.iter().map(order).collect();
    assert_eq!((events.len(), orders), (safe.len(), safe), "each is stored once");
    assert_eq!(gateway.post("/api/v1/destinations/shop/resume", &json!({})).status, 200);
    let ids: BTreeSet<String> = events.iter().filter_map(|event| Some(event["id"].as_str()?.to_owned())).collect();
    let all_came = receiver.wait_until(PATIENCE, |came| came.len() >= ids.len() && ids.is_subset(&ids_of(came)));
    assert!(all_came, "{} of {} arrived", receiver.ids().intersection(&ids).count(), ids.len());
    let bare = receiver.deliveries().iter().filter(|one| one.json()["data"]["original"].is_null()).count();
    assert_eq!(bare, 0, "what was owed is sent with its bytes");
    let first = events.last().and_then(|event| event["notification"].as_str()).expect("it names its notification");
    assert_eq!(gateway.get(&format!("/api/v1/notifications/{first}")).json()["pruned"], true);
}

fn ids_of(came: &[Delivery]) -> BTreeSet<String> {
    came.iter().map(|delivery| delivery.id().to_owned()).collect()
}

fn order(event: &serde_json::Value) -> usize {
    let reference = event["reference"].as_str().unwrap_or_default();
    reference.strip_prefix("order-").and_then(|number| number.parse().ok()).expect("only orders were sent")
}

/// Sweeps to the end.
fn sweep(gateway: &Gateway) {
    let mut asked = json!({});
    let began = Instant::now();
    loop {
        assert!(began.elapsed() < PATIENCE, "the sweep does not end");
        let part = gateway.post("/api/v1/prune", &asked).json();
        match part["next"].as_str() {
            Some(place) => asked = json!({ "place": place }),
            None => return,
        }
    }
}

/// The machine's clock, turned ahead by so many seconds.
struct Turned(AtomicI64);

impl Clock for Turned {
    fn now(&self) -> Timestamp {
        let ahead = Duration::from_secs(self.0.load(Ordering::SeqCst).unsigned_abs());
        clock::now().plus(ahead)
    }
}

/// A gateway in this process and in this folder, that goes by this clock; it ends with the runtime.
fn within(runtime: &Runtime, clock: Arc<Turned>, receiver: &Receiver, folder: &Path) -> (SocketAddr, SocketAddr) {
    let server = "version = 1\n[server]\npublic = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n";
    std::fs::write(folder.join("payhook.toml"), format!("{server}{}", configuration(receiver))).expect("written");
    let variables = config::Variables::default();
    let options = config::LoadOptions { file: None, directory: folder.to_owned(), variables, now: clock::now() };
    let config = config::load(options).unwrap_or_else(|mistakes| panic!("{mistakes}")).config;
    let environs = boot::Environs {
        clock,
        sleeper: Arc::new(clock::TokioSleeper),
        log: telemetry::setup::start_quiet(None, "warn").expect("a log"),
        service: boot::Service::default(),
        unsafe_no_sync: false,
    };
    let ready = runtime.block_on(boot::start(config, environs)).expect("it starts");
    let at = (ready.public_address().expect("bound"), ready.admin_address().expect("bound"));
    let (stop, stopped) = watch::channel(false);
    runtime.spawn(async move {
        ready.serve(stopped).await;
        drop(stop);
    });
    at
}

/// Asks that gateway to prune.
fn prune(admin: SocketAddr, folder: &Path, body: &Value) -> Answer {
    let token = std::fs::read_to_string(folder.join("payhook.db.token")).expect("a token");
    let token = format!("Bearer {}", token.trim());
    let headers = [("authorization", token.as_str()), ("content-type", "application/json"), ("connection", "close")];
    let request = wire::request("POST", "/api/v1/prune", &headers, body.to_string().as_bytes());
    wire::call(admin, &request, PATIENCE).expect("an answer")
}

#[test]
fn a_prune_by_hand_looks_at_the_clock_itself() {
    let (receiver, folder) = (Receiver::start(Some(SECRET)), tempfile::tempdir().expect("a folder"));
    let runtime = Runtime::new().expect("the machine gives threads");
    let turned = Arc::new(Turned(AtomicI64::new(0)));
    let (public, admin) = within(&runtime, turned.clone(), &receiver, folder.path());
    for order in 0..10 {
        assert_eq!(wire::call(public, &authorisation(order), PATIENCE).expect("an answer").status, 200);
    }
    assert!(receiver.wait_until(PATIENCE, |came| came.len() == 10), "nothing is delivered");
    let prune = |body: Value| prune(admin, folder.path(), &body);
    assert_eq!(prune(json!({})).status, 200);
    // Between two of the looks that it takes every minute.
    turned.0.store(366 * 24 * 60 * 60, Ordering::SeqCst);
    let refused = prune(json!({}));
    assert_eq!(refused.status, 409, "{}", refused.text());
    let by_a_person = prune(json!({ "yes": true }));
    assert_eq!(by_a_person.status, 200, "{}", by_a_person.text());
}

#[test]
fn a_place_that_no_answer_gave_is_refused() {
    let (receiver, folder) = (Receiver::start(Some(SECRET)), tempfile::tempdir().expect("a folder"));
    let runtime = Runtime::new().expect("the machine gives threads");
    let (_, admin) = within(&runtime, Arc::new(Turned(AtomicI64::new(0))), &receiver, folder.path());
    // The first would have the notifications looked at beside none of their events.
    for place in ["0.0.0.0.999999", "4.0.0.17.17", ""] {
        let refused = prune(admin, folder.path(), &json!({ "place": place }));
        assert_eq!((refused.status, &refused.json()["error"]["code"]), (400, &json!("invalid_cursor")), "{place}");
    }
}
