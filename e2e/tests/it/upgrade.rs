//! Upgrade and back: a file of each earlier schema is taken over under load and nothing of it is lost; a file of a later
//! release is opened while it allows that, and left alone when it does not.
//!
//! - `history`: the fixtures, what they were told, and how they are made.
//! - `dump`: a store's file as text.

mod dump;
pub(crate) mod history;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use payhook_testkit::gateway::Gateway;
use payhook_testkit::receiver::Receiver;
use payhook_testkit::{binary, steady, wire};
use serde_json::{Value, json};

use crate::stage::{SECRET, authorisation, configuration};

/// New orders are numbered from here.
const NEW: usize = 1_000_000;
const CLIENTS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a provider that was refused waits here.
const AGAIN_AFTER: Duration = Duration::from_millis(3);

/// Providers that send until they are told it is safe, also while nobody listens; every third request is an old one.
struct Providers {
    stopped: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
    threads: Vec<std::thread::JoinHandle<Sent>>,
}

#[derive(Default)]
struct Sent {
    orders: BTreeSet<usize>,
    repeats: usize,
    refused: usize,
}

impl Providers {
    fn begin(to: SocketAddr) -> Self {
        let (stopped, acknowledged) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let client = |number: usize| {
            let (stopped, acknowledged) = (Arc::clone(&stopped), Arc::clone(&acknowledged));
            std::thread::spawn(move || send_until(to, NEW + number * NEW, &stopped, &acknowledged))
        };
        let threads = (0..CLIENTS).map(client).collect();
        Self { stopped, acknowledged, threads }
    }

    fn wait_for(&self, acknowledged: usize) {
        let began = std::time::Instant::now();
        while self.acknowledged.load(Ordering::Relaxed) < acknowledged {
            assert!(began.elapsed() < PATIENCE, "nothing is acknowledged");
            std::thread::sleep(AGAIN_AFTER);
        }
    }

    fn finish(self) -> Sent {
        self.stopped.store(true, Ordering::Relaxed);
        let mut all = Sent::default();
        for thread in self.threads {
            let Sent { orders, repeats, refused } = thread.join().expect("no panic");
            all.orders.extend(orders);
            all.repeats += repeats;
            all.refused += refused;
        }
        all
    }
}

fn send_until(to: SocketAddr, first: usize, stopped: &AtomicBool, acknowledged: &AtomicUsize) -> Sent {
    let (known, mut sent, mut number) = (history::known(), Sent::default(), 0);
    while !stopped.load(Ordering::Relaxed) {
        let repeats = number % 3 == 2;
        let request = if repeats { known[number % known.len()].clone() } else { authorisation(first + number) };
        match wire::call(to, &request, PATIENCE).map(|answer| answer.status) {
            Ok(200) => {
                acknowledged.fetch_add(1, Ordering::Relaxed);
                sent.repeats += usize::from(repeats);
                sent.orders.extend((!repeats).then_some(first + number));
                number += 1;
            }
            Ok(503) | Err(_) => {
                sent.refused += 1;
                std::thread::sleep(AGAIN_AFTER);
            }
            Ok(status) => panic!("answered {status}"),
        }
    }
    sent
}

/// What `payhook check` says of a folder's configuration: its exit code, stdout and stderr.
fn check(folder: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    let config = folder.join("payhook.toml");
    let mut command = Command::new(binary::payhook());
    let output = command.env_clear().arg("check").arg("--config").arg(config).args(words).output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn checked(folder: &Path) -> Value {
    let (exit, said, _) = check(folder, &["--json"]);
    assert_eq!(exit, Some(0), "{said}");
    serde_json::from_str::<Value>(&said).expect("JSON")["schema"].take()
}

fn ours(shape: &Value) -> u32 {
    shape["ours"].as_u64().and_then(|ours| ours.try_into().ok()).expect("a number")
}

/// Whether everything that was told before is told now, and nothing else of the same.
fn is_still_told(before: &Value, now: &Value) -> bool {
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => {
            before.iter().all(|(key, before)| now.get(key).is_some_and(|now| is_still_told(before, now)))
        }
        (Value::Array(before), Value::Array(now)) => {
            before.len() == now.len() && before.iter().zip(now).all(|(before, now)| is_still_told(before, now))
        }
        _ => before == now,
    }
}

/// Leaves out what came after: the new orders, and what repeats and the clock change.
fn without_what_came_later(mut told: Value) -> Value {
    let is_new = |row: &Value| {
        let reference = row["reference"].as_str().or(row["payment"]["reference"].as_str()).unwrap_or_default();
        reference.strip_prefix("order-").and_then(|order| order.parse().ok()).is_some_and(|order: usize| order >= NEW)
    };
    for list in told.as_object_mut().expect("an object").values_mut().filter_map(Value::as_array_mut) {
        list.retain(|row| !is_new(row) && row["source"] != "payhook");
        list.iter_mut().filter_map(Value::as_object_mut).for_each(|row| drop(row.remove("duplicates")));
    }
    told.as_object_mut().expect("an object").remove("counts");
    told
}

#[test]
fn every_earlier_schema_is_taken_over_under_load_and_nothing_of_it_is_lost() {
    let mut taken_over = 0;
    for schema in history::schemas() {
        let receiver = Receiver::start(Some(SECRET));
        let folder = tempfile::tempdir().expect("a folder");
        let before = history::put(schema, folder.path());
        let to = steady::address();
        let providers = Providers::begin(to);
        std::thread::sleep(AGAIN_AFTER * 20);
        let setup = history::setup(&receiver).in_folder(folder.path());
        let mut gateway = setup.variable("PAYHOOK__SERVER__PUBLIC", to.to_string()).start();
        providers.wait_for(300);
        let sent = providers.finish();
        assert!(sent.refused > CLIENTS && sent.repeats > 0, "nobody waited while it was taken over");
        is_as_before(&gateway, schema, &before, &sent);
        arrives(&gateway, &receiver, &before, &sent);
        let ours = ours(&checked(folder.path()));
        let kept = (1..ours).all(|earlier| history::schemas().contains(&earlier));
        assert!(kept, "a schema before {ours} is not kept; fixtures/schema/README.md says how to");
        taken_over += usize::from(schema < ours);
        if schema < ours {
            a_copy_of_before_is_there(&gateway, schema, &before);
        }
        gateway.restart();
        assert!(!gateway.log_text().contains("the schema"), "it is told once");
    }
    assert!(taken_over > 0, "no fixture is of an earlier schema");
}

/// Everything that was told is told still; each new order stands there once; each repeat was one.
fn is_as_before(gateway: &Gateway, schema: u32, before: &Value, sent: &Sent) {
    let now = history::told(gateway);
    let repeats = now["counts"]["duplicates"]
        .as_u64()
        .zip(before["counts"]["duplicates"].as_u64())
        .map(|(now, before)| now - before);
    assert!(repeats.is_some_and(|repeats| repeats >= sent.repeats as u64), "{repeats:?} of {} repeats", sent.repeats);
    let events = now["events"].as_array().expect("a list");
    let orders: Vec<usize> = events.iter().filter_map(order).filter(|order| *order >= NEW).collect();
    let once: BTreeSet<usize> = orders.iter().copied().collect();
    assert_eq!(orders.len(), once.len(), "schema {schema}: stored more than once");
    assert!(sent.orders.is_subset(&once), "schema {schema}: acknowledged, but not stored");
    let (before, now) = (without_what_came_later(before.clone()), without_what_came_later(now));
    for (what, before) in before.as_object().expect("an object") {
        assert!(is_still_told(before, &now[what]), "schema {schema}, {what}: {before}\nnow: {}", now[what]);
    }
}

fn order(event: &Value) -> Option<usize> {
    event["reference"].as_str()?.strip_prefix("order-")?.parse().ok()
}

/// What was owed before and what is new arrives once it may, and what was delivered before does not come again.
fn arrives(gateway: &Gateway, receiver: &Receiver, before: &Value, sent: &Sent) {
    assert_eq!(receiver.count(), 0, "the destination is paused still");
    assert_eq!(gateway.post("/api/v1/destinations/shop/resume", &json!({})).status, 200);
    let deliveries = before["deliveries"].as_array().expect("a list").iter();
    let state = |wanted: &'static str| move |delivery: &&Value| delivery["state"] == wanted;
    let ids = |delivery: &Value| delivery["event"].as_str().expect("an id").to_owned();
    let owed: BTreeSet<String> = deliveries.clone().filter(state("pending")).map(ids).collect();
    let done: BTreeSet<String> = deliveries.filter(state("delivered")).map(ids).collect();
    assert!(!owed.is_empty() && !done.is_empty(), "the fixture owes something");
    let all = owed.len() + sent.orders.len();
    assert!(receiver.wait_until(PATIENCE, |came| came.len() >= all), "{} of {all} arrived", receiver.count());
    let came = receiver.ids();
    assert!(owed.is_subset(&came), "what was owed does not arrive");
    assert_eq!(done.intersection(&came).count(), 0, "what was delivered comes again");
}

/// It holds what the file held; this release would open it as a backup of that schema.
fn a_copy_of_before_is_there(gateway: &Gateway, schema: u32, before: &Value) {
    let copy = gateway.folder().join(format!("payhook.db.before-{}", schema + 1));
    let said = gateway.log_text();
    assert!(said.contains("copied before the schema changes") && said.contains("the schema was changed"), "{said}");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(&copy, folder.path().join("payhook.db")).expect("the copy is there");
    let here = folder.path().join("payhook.db").display().to_string();
    let config = gateway.configuration().replace(&gateway.database().display().to_string(), &here);
    std::fs::write(folder.path().join("payhook.toml"), config).expect("written");
    let shape = checked(folder.path());
    assert_eq!((&shape["found"], &shape["is_backup"]), (&json!(schema), &json!(true)), "{shape}");
    let file = rusqlite::Connection::open(folder.path().join("payhook.db")).expect("opens");
    let count: i64 = file.query_row("SELECT COUNT(*) FROM notifications", [], |row| row.get(0)).expect("counted");
    assert_eq!(json!(count), before["counts"]["notifications"]);
    drop(file);
    let shop = Receiver::start(Some(SECRET));
    let restored = history::setup(&shop).in_folder(folder.path()).start();
    // It may tell by now that its clock is far beyond what was last received, and an alert is a notification, too.
    let now = restored.get("/api/v1/status").json();
    assert!(now["notifications"].as_i64().is_some_and(|now| now >= count), "{now}");
}

/// A file of today's schema with one more migration, as a release to come would leave it.
fn of_a_later_release(folder: &Path, receiver: &Receiver, min_reader: u32) {
    let mut gateway = history::setup(receiver).in_folder(folder).start();
    assert_eq!(gateway.send(&authorisation(1)).expect("an answer").status, 200);
    assert!(gateway.stop(PATIENCE).is_some_and(|exit| exit.success()));
    let file = rusqlite::Connection::open(folder.join("payhook.db")).expect("opens");
    file.execute_batch("CREATE TABLE to_come (x)").expect("made");
    file.execute("INSERT INTO migrations VALUES (900, ?1, x'00')", [min_reader]).expect("written");
}

#[test]
fn check_says_what_would_become_of_an_older_an_equal_and_a_newer_file() {
    let receiver = Receiver::start(Some(SECRET));
    let folder = tempfile::tempdir().expect("a folder");
    let oldest = *history::schemas().first().expect("a fixture");
    history::put(oldest, folder.path());
    let database = folder.path().join("payhook.db");
    let store = format!("version = 1\n[store]\nurl = \"sqlite:{}\"\n", database.display());
    let config = store + &configuration(&receiver);
    std::fs::write(folder.path().join("payhook.toml"), config).expect("written");
    let shape = checked(folder.path());
    let ours = ours(&shape);
    let pending: Vec<u32> = (oldest + 1..=ours).collect();
    assert_eq!((&shape["found"], &shape["apply"]), (&json!(oldest), &json!(pending)), "{shape}");
    let (_, said, _) = check(folder.path(), &[]);
    let copied = format!("first it copies it to {}.before-{}", database.display(), oldest + 1);
    for word in [&format!("schema {oldest}; this release changes it to {ours}"), &copied, "can read"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert_eq!(checked(folder.path()), shape, "looking changes nothing");

    let folder = tempfile::tempdir().expect("a folder");
    drop(history::setup(&receiver).in_folder(folder.path()).start());
    let (_, said, _) = check(folder.path(), &[]);
    assert!(said.contains(&format!("there already, schema {ours})")), "{said}");
    let folder = tempfile::tempdir().expect("a folder");
    of_a_later_release(folder.path(), &receiver, ours);
    let (_, said, _) = check(folder.path(), &[]);
    assert!(said.contains(&format!("schema 900, newer than this release's {ours} and readable by it")), "{said}");
}

#[test]
fn a_file_of_the_next_release_is_opened_and_written_as_ever_and_left_in_its_shape() {
    let receiver = Receiver::start(Some(SECRET));
    let folder = tempfile::tempdir().expect("a folder");
    let ours = {
        drop(history::setup(&receiver).in_folder(folder.path()).start());
        ours(&checked(folder.path()))
    };
    of_a_later_release(folder.path(), &receiver, ours);
    let mut gateway = history::setup(&receiver).in_folder(folder.path()).start();
    for order in [1, 2, 3] {
        assert_eq!(gateway.send(&authorisation(order)).expect("an answer").status, 200);
    }
    assert_eq!(gateway.get("/api/v1/status").json()["duplicates"], 1);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() >= 3), "{}", receiver.count());
    assert!(gateway.stop(PATIENCE).is_some_and(|exit| exit.success()));
    assert_eq!(checked(folder.path())["found"], 900);
}

#[test]
fn a_file_that_needs_a_later_release_is_refused_with_what_to_do_and_left_as_it_is() {
    let receiver = Receiver::start(Some(SECRET));
    let folder = tempfile::tempdir().expect("a folder");
    of_a_later_release(folder.path(), &receiver, 900);
    let bytes = || std::fs::read(folder.path().join("payhook.db")).expect("there");
    let before = bytes();
    let refused = history::setup(&receiver).in_folder(folder.path()).try_start().err().expect("refused");
    let (exit, said, hints) = check(folder.path(), &[]);
    assert_eq!((refused.status.and_then(|status| status.code()), exit), (Some(78), Some(78)), "{refused} {said}");
    for said in [refused.log, hints] {
        assert!(said.contains("has schema 900, which needs a release that knows schema 900"), "{said}");
        assert!(said.contains("hint: use the release that wrote it, or a backup made before it was changed"), "{said}");
    }
    assert!(bytes() == before, "the file was changed");
}
