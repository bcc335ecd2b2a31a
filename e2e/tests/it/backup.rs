//! Backups made under load, killed, restored: what was acknowledged before one began is in it, once, and what is sent
//! again doubles nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use payhook_testkit::binary;
use payhook_testkit::gateway::Gateway;
use payhook_testkit::poster::Fate;
use payhook_testkit::powercut::{Moment, Tear};
use payhook_testkit::receiver::Receiver;
use payhook_testkit::{scale, wire};
use serde_json::{Value, json};

use crate::stage::{SECRET, Stored, acknowledged, authorisation, nothing_is_lost, setup, until};

const CONNECTIONS: usize = 8;
/// Orders sent while a backup is made are numbered from here.
const LATER: usize = 1_000_000;
const PATIENCE: Duration = Duration::from_secs(60);

/// Posts so many orders from `first` on; what became of them.
fn load(gateway: &Gateway, first: usize, wanted: usize) -> BTreeMap<usize, Fate> {
    let order = move |number| (number < wanted).then(|| authorisation(first + number));
    gateway.load(CONNECTIONS, order).finish()
}

fn begin(gateway: &Gateway, file: &Path) -> Value {
    let answer = gateway.post("/api/v1/backups", &json!({ "file": file }));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// The same where the gateway may not live to answer.
fn ask_for(gateway: &Gateway, file: &Path) {
    let token = format!("Bearer {}", gateway.token());
    let headers = [("authorization", token.as_str()), ("content-type", "application/json"), ("connection", "close")];
    let body = json!({ "file": file }).to_string();
    let _ = wire::call(gateway.admin(), &wire::request("POST", "/api/v1/backups", &headers, body.as_bytes()), PATIENCE);
}

/// The backup when it is over.
fn over(gateway: &Gateway, begun: &Value) -> Value {
    let began = Instant::now();
    let at = format!("/api/v1/backups/{}", begun["id"].as_str().expect("an id"));
    loop {
        let job = gateway.get(&at).json();
        if job["state"] != "running" && job["state"] != "verifying" {
            return job;
        }
        assert!(began.elapsed() < PATIENCE, "it never ended: {job}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs `payhook` in a gateway's folder.
fn payhook(gateway: &Gateway, words: &[&str]) -> (bool, String) {
    let admin = format!("http://{}", gateway.admin());
    run(gateway.folder(), &[words, &["--url", &admin]].concat(), Some(&gateway.token()))
}

fn run(folder: &Path, words: &[&str], token: Option<&str>) -> (bool, String) {
    let mut command = Command::new(binary::payhook());
    command.current_dir(folder).env_clear().args(words);
    command.envs(token.map(|token| ("PAYHOOK_TOKEN", token)));
    let Output { status, stdout, stderr } = command.output().expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("it speaks UTF-8");
    (status.success(), text(stdout) + &text(stderr))
}

fn put(from: &Path, folder: &Path, name: &str) {
    std::fs::copy(from, folder.join(name)).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
}

fn names(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().expect("lists");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("plain")).collect();
    names.sort();
    names
}

#[test]
fn what_was_acknowledged_before_a_backup_is_in_it_and_sending_all_again_doubles_nothing() {
    let away = tempfile::tempdir().expect("a folder");
    let file = away.path().join("backup.db");
    let shop = Receiver::start(Some(SECRET));
    let mut gateway = setup(&shop).start();
    assert_eq!(gateway.post("/api/v1/destinations/shop/pause", &json!({})).status, 200);
    let before = acknowledged(&load(&gateway, 0, 2_000), 0);
    let load = gateway.load(CONNECTIONS, |number| Some(authorisation(LATER + number)));
    assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= 50), "the load never got going");
    let already = load.counts().acknowledged;
    let made = over(&gateway, &begin(&gateway, &file));
    assert_eq!(made["state"], "done", "{made}");
    assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= already + 50), "nothing came meanwhile");
    load.stop();
    let mut all = acknowledged(&load.finish(), LATER);
    all.extend(&before);
    gateway.kill();

    // Another folder, in which what is left of the destroyed store lies about.
    let elsewhere = tempfile::tempdir().expect("a folder");
    for suffix in ["-wal", "-shm"] {
        put(
            &PathBuf::from(format!("{}{suffix}", gateway.database().display())),
            elsewhere.path(),
            &format!("payhook.db{suffix}"),
        );
    }
    put(&file, elsewhere.path(), "payhook.db");
    put(&away.path().join("backup.db.key"), elsewhere.path(), "payhook.db.key");
    let restored = setup(&shop).store_in(elsewhere.path()).start();
    let said = restored.log_text();
    assert!(said.contains("a backup was put in place") && said.contains("payhook.db-wal"), "{said}");
    let stored = Stored::of(&restored);
    assert_eq!(stored.lost(&before), Vec::<usize>::new(), "acknowledged before the backup began, and not in it");
    assert_eq!(stored.doubled(), Vec::<usize>::new());
    assert_eq!(stored.orders.len() as u64, made["events"].as_u64().expect("a number"));

    // What came later is found in the file that was kept, and the provider's repeats bring it back.
    let lost = all.iter().filter(|order| !stored.orders.contains_key(order)).count();
    let newer = gateway.database();
    let words = ["events", "since", "2020-01-01T00:00:00Z", "--json", "--missing-from"];
    let (file, newer) = (file.display().to_string(), newer.display().to_string());
    let missing = [&words[..], &[&file, "--in", &newer]].concat();
    let (fine, told) = run(elsewhere.path(), &missing, None);
    let told: Value = serde_json::from_str(&told).unwrap_or_else(|error| panic!("{fine} {error}: {told}"));
    let told = told["data"].as_array().expect("a list").len();
    assert!(told >= lost && lost > 0, "{told} told of, {lost} acknowledged and not there");
    assert_eq!(shop.count(), 0, "what was paused stays paused");
    assert_eq!(restored.post("/api/v1/destinations/shop/resume", &json!({})).status, 200);
    for order in &all {
        let answer = restored.send(&authorisation(*order)).expect("it answers");
        assert_eq!(answer.status, 200);
    }
    nothing_is_lost(&restored, &shop, &all);
    assert_eq!(restored.get("/api/v1/status").json()["duplicates"].as_u64(), Some((all.len() - lost) as u64));
}

#[test]
fn a_kill_during_a_backup_leaves_no_half_file_under_its_name() {
    let rounds = scale::of("PAYHOOK_BACKUP_KILLS", 12, 300);
    let mut random = fastrand::Rng::with_seed(scale::of("PAYHOOK_CRASH_SEED", 11, 11) as u64);
    let away = tempfile::tempdir().expect("a folder");
    let shop = Receiver::start(Some(SECRET));
    let mut gateway = setup(&shop).start();
    load(&gateway, 0, 6_000);
    let took = over(&gateway, &begin(&gateway, &away.path().join("first.db")))["took_ms"].as_u64().expect("done");
    let (mut whole, mut half) = (0, 0);
    for round in 0..rounds {
        let file = away.path().join(format!("{round}.db"));
        begin(&gateway, &file);
        std::thread::sleep(Duration::from_millis(random.u64(0..took + 20)));
        gateway.kill();
        half += usize::from(away.path().join(format!("{round}.db.partial")).exists());
        if file.exists() {
            whole += 1;
            let sound = is_sound(&file);
            assert!(sound.is_ok(), "round {round}: {sound:?}");
        }
        gateway.restart();
        let replaced = gateway.post("/api/v1/backups", &json!({ "file": file, "force": true })).json();
        assert_eq!(over(&gateway, &replaced)["state"], "done");
        assert!(!away.path().join(format!("{round}.db.partial")).exists(), "what the kill left is gone");
        std::fs::remove_file(&file).expect("it is there");
    }
    println!("{rounds} kills: {half} while it was unfinished, {whole} when it was whole");
    assert!(half > 0, "no kill hit the copying");
}

#[test]
fn a_power_cut_leaves_a_whole_backup_or_none() {
    let rounds = scale::of("PAYHOOK_BACKUP_KILLS", 12, 300) as u64;
    let mut random = fastrand::Rng::with_seed(scale::of("PAYHOOK_CRASH_SEED", 12, 12) as u64);
    let shop = Receiver::start(Some(SECRET));
    let (setup, shim) = setup(&shop).under_power_cut();
    let mut gateway = setup.start();
    load(&gateway, 0, 3_000);
    let told = gateway.folder().join("told.db");
    assert_eq!(over(&gateway, &begin(&gateway, &told))["state"], "done");
    shim.cut(Tear::Clean).expect("the gateway runs under the shim");
    assert!(gateway.wait(PATIENCE).is_some(), "the cut did not come");
    assert_eq!(is_sound(&told), Ok(()), "it was told to be whole");
    gateway.restart();
    let mut whole = 0;
    for round in 0..rounds {
        let file = gateway.folder().join(format!("{round}.db"));
        // A step is a sync; the last ones are those of the whole file and of its folder.
        shim.cut_at(Moment::BeforeSync(random.u64(1..30)), Tear::Torn { seed: round }).expect("it runs under the shim");
        ask_for(&gateway, &file);
        if gateway.wait(Duration::from_secs(2)).is_none() {
            gateway.kill();
        }
        if file.exists() {
            whole += 1;
            assert_eq!(is_sound(&file), Ok(()), "round {round}");
        }
        gateway.restart();
    }
    println!("{rounds} power cuts: {whole} when it had its name");
}

/// Has a store opened from a copy of it.
fn is_sound(file: &Path) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    put(file, folder.path(), "payhook.db");
    let shop = Receiver::start(Some(SECRET));
    let gateway = setup(&shop).store_in(folder.path()).try_start().map_err(|failure| failure.to_string())?;
    let status = gateway.get("/api/v1/status").json();
    let stored = gateway.list("/api/v1/events?limit=500").len();
    let told = status["notifications"].as_u64();
    if told == Some(stored as u64) { Ok(()) } else { Err(format!("{stored} events, {told:?} notifications")) }
}

#[test]
fn backups_that_are_due_are_made_and_the_oldest_go() {
    let shop = Receiver::start(Some(SECRET));
    let away = tempfile::tempdir().expect("a folder");
    for name in
        ["payhook-20250101T000000Z.db", "payhook-20250102T000000Z.db", "payhook-20250102T000000Z.db.key", "mine.db"]
    {
        std::fs::write(away.path().join(name), "old").expect("written");
    }
    let lines = format!("backup = {{ folder = \"{}\", every = \"1h\", keep = 2 }}", away.path().display());
    let mut gateway = setup(&shop).store(&lines).start();
    let began = Instant::now();
    while names(away.path()).iter().any(|name| name.contains("20250101") || name.ends_with(".partial")) {
        assert!(began.elapsed() < PATIENCE, "{:?}", names(away.path()));
        std::thread::sleep(Duration::from_millis(20));
    }
    let made = names(away.path());
    assert_eq!(made.len(), 5, "two with their keys, and what is none of ours: {made:?}");
    assert!(made[0] == "mine.db" && made[1] == "payhook-20250102T000000Z.db", "{made:?}");
    assert!(gateway.get("/metrics").text().contains("last_backup_seconds"));
    gateway.restart();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(names(away.path()), made, "a restart makes none: the next is due in an hour");
    assert_eq!(gateway.list("/api/v1/backups").len(), 0);
}

#[test]
fn a_backup_that_is_dated_later_than_now_ends_no_backups_and_is_told_of() {
    let away = tempfile::tempdir().expect("a folder");
    let ahead = away.path().join("payhook-20970101T000000Z.db");
    std::fs::write(&ahead, "made while the clock was ahead").expect("written");
    let shop = Receiver::start(Some(SECRET));
    let lines = format!("backup = {{ folder = \"{}\", every = \"1h\", keep = 1 }}", away.path().display());
    let gateway = setup(&shop).store(&lines).start();
    until(&gateway, PATIENCE, "one of now", || {
        names(away.path()).iter().filter(|name| name.ends_with(".db")).count() == 2
    });
    assert!(ahead.exists());
    until(&gateway, PATIENCE, "the metric", || gateway.get("/metrics").text().contains("last_backup_seconds"));
    let metrics = gateway.get("/metrics").text();
    let told = metrics.lines().find(|line| line.contains("last_backup_seconds")).expect("told");
    let at: i64 = told.rsplit(' ').next().and_then(|at| at.parse().ok()).expect("a number");
    assert!(at < 4_007_664_000, "a time to come: {told}");
    let findings = gateway.get("/api/v1/doctor").json()["findings"].clone();
    let told = |finding: &&Value| finding["check"] == "backups" && finding["severity"] == "problem";
    let finding = findings.as_array().and_then(|all| all.iter().find(told)).expect("a problem");
    assert_eq!(finding["about"].as_str(), ahead.to_str(), "{finding}");
}

#[test]
fn a_backup_that_is_due_and_cannot_be_made_is_an_alert() {
    let shop = Receiver::start(Some(SECRET));
    let away = tempfile::tempdir().expect("a folder");
    let lines = format!("reserve = \"1000000 TiB\"\nbackup = {{ folder = \"{}\" }}", away.path().display());
    let gateway = setup(&shop).store(&lines).start();
    let began = Instant::now();
    let told = || {
        let said = gateway.log_text();
        said.contains("no backup could be made in") && said.contains("there is none")
    };
    while !told() {
        assert!(began.elapsed() < PATIENCE, "{}", gateway.log_text());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(gateway.get("/metrics").text().contains("payhook_alerts_total{alert=\"backup\"} 1"));
    assert_eq!(names(away.path()), Vec::<String>::new());
}

/// Runs `payhook` where another folder seems to stand in the place of this one, as `/tmp` does beside a service with `PrivateTmp`.
fn run_beside(hidden: &Path, gateway: &Gateway, words: &[&str]) -> (bool, String) {
    let script = "mount -t tmpfs beside \"$0\" && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]).arg(hidden).arg(binary::payhook());
    command.args(words).current_dir(gateway.folder()).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command.env("PAYHOOK_TOKEN", gateway.token()).env("PAYHOOK__SERVER__ADMIN", gateway.admin().to_string());
    let Output { status, stdout, stderr } = command.output().expect("unshare runs");
    (status.success(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

#[test]
fn a_backup_that_only_the_gateway_sees_is_not_told_to_be_there() {
    let shop = Receiver::start(Some(SECRET));
    let gateway = setup(&shop).start();
    let private = tempfile::tempdir().expect("a folder");
    let file = |name: &str| private.path().join(name).display().to_string();
    let (fine, told) = run_beside(private.path(), &gateway, &["backup", &file("a.db")]);
    assert!(!fine && told.contains("where only it sees it") && told.contains("PrivateTmp"), "{told}");
    assert!(private.path().join("a.db").exists() && !told.contains("verified"), "{told}");
    let admin = format!("http://{}", gateway.admin());
    let (fine, told) = run_beside(private.path(), &gateway, &["backup", &file("b.db"), "--url", &admin]);
    assert!(fine && told.contains("no new file is seen under this name"), "it may be on another machine: {told}");
    let here = tempfile::tempdir().expect("a folder");
    let seen = here.path().join("c.db").display().to_string();
    let (fine, told) = run_beside(private.path(), &gateway, &["backup", &seen]);
    assert!(fine && told.contains("verified"), "{told}");
}

#[test]
fn the_command_copies_with_a_gateway_and_without_one() {
    let shop = Receiver::start(Some(SECRET));
    let mut gateway = setup(&shop).start();
    load(&gateway, 0, 50);
    let (fine, told) = payhook(&gateway, &["backup", "copy.db"]);
    assert!(fine && told.contains("verified") && told.contains("copy.db.key"), "{told}");
    let (fine, told) = payhook(&gateway, &["backup", "copy.db"]);
    assert!(!fine && told.contains("is there already") && told.contains("--force"), "{told}");
    let (fine, told) = payhook(&gateway, &["backup", "payhook.db", "--force"]);
    assert!(!fine && told.contains("no backup of payhook's"), "{told}");
    let (fine, told) = payhook(&gateway, &["backup", "payhook.db-journal"]);
    assert!(!fine && told.contains("the store's own"), "{told}");
    let (fine, told) = payhook(&gateway, &["backup", "copy.db", "--force", "--without-key"]);
    assert!(fine && told.contains("keep payhook.db.key"), "{told}");

    let (fine, told) = payhook(&gateway, &["events", "since", "2020-01-01T00:00:00Z", "--missing-from", "copy.db"]);
    assert!(fine && told.contains("0 events are not in copy.db"), "{told}");
    gateway.send(&authorisation(900)).expect("it answers");
    let (fine, told) = payhook(&gateway, &["events", "since", "2020-01-01T00:00:00Z", "--missing-from", "copy.db"]);
    assert!(fine && told.contains("order-900") && told.contains("1 event is not in copy.db"), "{told}");

    let stored = Stored::of(&gateway).orders.len();
    gateway.kill();
    let folder = gateway.folder().to_owned();
    let alone = |words: &[&str]| run(&folder, words, None);
    let (fine, told) = alone(&["backup", "cold.db", "--json"]);
    assert!(fine, "{told}");
    let json: Value =
        serde_json::from_str(&told[told.find('{').expect("JSON")..=told.rfind('}').expect("JSON")]).expect("JSON");
    assert_eq!(json["events"].as_u64(), Some(stored as u64));
    let (fine, told) = alone(&["check"]);
    assert!(fine && told.contains("there already, schema 2"), "{told}");
    gateway.restart();
    assert_eq!(Stored::of(&gateway).orders.len(), stored);
}
