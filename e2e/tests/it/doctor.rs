//! The doctor on the shipped binary: nothing against a healthy gateway, and each trouble that can be made is found, with what to
//! do.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use payhook_domain::time::Timestamp;
use payhook_testkit::binary;
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::notifications::Item;
use payhook_testkit::receiver::{Behaviour, Receiver};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::listeners::tls;
use crate::stage::{KEY, SECRET, adyen, authorisation, configuration, setup, until};

const PATIENCE: Duration = Duration::from_secs(30);

/// Keys beside the stage's own.
const NEXT_KEY: &str = "1F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C4B5A69788796A5B4C3D2E1F1";
const RETIRED_KEY: &str = "2F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C4B5A69788796A5B4C3D2E1F2";

/// How a command ended, and what it said.
struct Said {
    code: Option<i32>,
    out: String,
}

fn payhook(folder: &Path, token: &str, words: &[&str]) -> Said {
    let output = Command::new(binary::payhook())
        .args(words)
        .current_dir(folder)
        .env_clear()
        .env("PAYHOOK_TOKEN", token)
        .output()
        .expect("payhook runs");
    let out = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    Said { code: output.status.code(), out }
}

/// Sends notifications that happen now.
fn trigger(gateway: &Gateway, key: &str, count: &str) {
    let to = format!("http://{}/in/adyen", gateway.public());
    payhook(gateway.folder(), "", &["trigger", "adyen", "authorised", "--to", &to, "--key", key, "--count", count]);
}

/// What the doctor says.
struct Report {
    code: Option<i32>,
    findings: Vec<Value>,
}

impl Report {
    fn of(gateway: &Gateway) -> Self {
        let url = format!("http://{}", gateway.admin());
        Self::read(&payhook(gateway.folder(), &gateway.token(), &["doctor", "--json", "--url", &url]))
    }

    fn read(said: &Said) -> Self {
        let report: Value = serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {}", said.out));
        Self { code: said.code, findings: report["findings"].as_array().expect("findings").clone() }
    }

    /// Whether a check found something so bad, that says this; and whether it says what to do.
    fn finds(&self, check: &str, severity: &str, words: &str) -> bool {
        let fits = |finding: &&Value| {
            let says = [&finding["what"], &finding["about"]]
                .iter()
                .any(|text| text.as_str().is_some_and(|text| text.contains(words)));
            finding["check"] == check && finding["severity"] == severity && says
        };
        self.findings.iter().find(fits).is_some_and(|finding| severity == "ok" || finding["hint"].is_string())
    }

    #[track_caller]
    fn must_find(&self, check: &str, severity: &str, words: &str) {
        assert!(self.finds(check, severity, words), "no {severity} of {check} about {words}: {:#?}", self.findings);
    }

    fn of_severity(&self, severity: &str) -> Vec<&Value> {
        self.findings.iter().filter(|finding| finding["severity"] == severity).collect()
    }
}

fn deliveries(gateway: &Gateway, state: &str) -> usize {
    gateway.list(&format!("/api/v1/deliveries?limit=500&state={state}")).len()
}

/// So many days from now, as a configuration takes it.
fn in_days(days: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    Timestamp::from_seconds(i64::try_from(now).expect("not so soon") + days * 86_400).to_string()
}

/// The stage with these keys.
fn with_keys(receiver: &Receiver, keys: &str) -> String {
    let keyed = configuration(receiver).replace(&format!("keys = [\"{KEY}\"]"), &format!("keys = [{keys}]"));
    assert!(keyed.contains(keys), "the stage has a source");
    keyed
}

#[test]
fn a_healthy_gateway_has_no_problem() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).store("reserve = 0").start();
    trigger(&gateway, KEY, "12");
    until(&gateway, PATIENCE, "the last delivery", || deliveries(&gateway, "delivered") == 12);
    let report = Report::of(&gateway);
    assert_eq!((report.code, report.of_severity("problem").len()), (Some(0), 0), "{:#?}", report.findings);
    let doubtful: Vec<_> =
        report.of_severity("warning").into_iter().filter(|finding| finding["check"] != "reads").collect();
    assert!(doubtful.is_empty(), "a loaded machine may read slowly, and nothing else: {doubtful:#?}");
    for check in [
        "ready",
        "disk",
        "log",
        "clock",
        "reads",
        "owed",
        "dead_letters",
        "waiting",
        "destinations",
        "keys",
        "sources",
        "refused",
        "files",
    ] {
        assert!(report.findings.iter().any(|finding| finding["check"] == check), "{check} is not looked at");
    }
    let url = format!("http://{}", gateway.admin());
    let said = payhook(gateway.folder(), &gateway.token(), &["doctor", "--url", &url]);
    assert!(said.code == Some(0) && said.out.contains("ok  ready: it takes notifications"), "{}", said.out);
    assert!(said.out.trim_end().ends_with("fine") && said.out.contains("0 problems, "), "{}", said.out);
    assert!(!said.out.contains(&gateway.token()) && !said.out.contains(SECRET) && !said.out.contains(KEY));
    let request = payhook_testkit::wire::request("GET", "/api/v1/doctor", &[("connection", "close")], b"");
    let answer = payhook_testkit::wire::call(gateway.admin(), &request, PATIENCE).expect("an answer");
    assert_eq!(answer.status, 401, "it asks who you are");
}

#[test]
fn dead_letters_and_paused_and_resting_destinations_are_found() {
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|_| Behaviour::Answer(410));
    let breaker = "type = \"http\"\nbreaker = { failures = 2, rest = \"60s\", rest_max = \"60s\" }";
    let gateway = Setup::new(&configuration(&receiver).replace("type = \"http\"", breaker)).start();
    trigger(&gateway, KEY, "2");
    until(&gateway, PATIENCE, "dead letters", || deliveries(&gateway, "dead") == 2);
    let report = Report::of(&gateway);
    assert_eq!(report.code, Some(1));
    report.must_find("dead_letters", "problem", "2 dead letters to shop");

    receiver.behave(|_| Behaviour::Answer(503));
    trigger(&gateway, KEY, "4");
    until(&gateway, PATIENCE, "a rest", || gateway.get("/api/v1/destinations/shop").json()["state"] == "resting");
    Report::of(&gateway).must_find("destinations", "warning", "shop has failed");
    assert_eq!(gateway.post("/api/v1/destinations/shop/pause", &Value::Null).status, 200);
    Report::of(&gateway).must_find("destinations", "warning", "shop is paused");
    let status = gateway.get("/api/v1/status").json();
    assert_eq!(status["duplicates"], 0, "an alert raised twice is no notification that came again");
}

#[test]
fn what_waits_behind_a_dead_letter_is_found_and_listed_until_it_is_passed() {
    let receiver = Receiver::start(Some(SECRET));
    receiver.behave(|_| Behaviour::Answer(410));
    let stops = "type = \"http\"\non_dead = \"stop\"";
    let gateway = Setup::new(&configuration(&receiver).replace("type = \"http\"", stops)).start();
    let capture = Item {
        psp_reference: "CP00000000000001".to_owned(),
        original_reference: Item::authorisation(1).psp_reference,
        code: "CAPTURE".to_owned(),
        ..Item::authorisation(1)
    };
    for request in [authorisation(1), adyen().request(&capture)] {
        payhook_testkit::wire::call(gateway.public(), &request, PATIENCE).expect("an answer");
    }
    until(&gateway, PATIENCE, "a dead letter", || deliveries(&gateway, "dead") == 1);
    Report::of(&gateway).must_find("owed", "problem", "1 delivery waits for shop behind dead letters");
    let shop = gateway.get("/api/v1/destinations/shop").json();
    assert_eq!([&shop["pending"], &shop["blocked"], &shop["held"]], [0, 1, 0]);
    let url = format!("http://{}", gateway.admin());
    let listed = payhook(gateway.folder(), &gateway.token(), &["destinations", "list", "--url", &url]).out;
    assert!(listed.lines().next().is_some_and(|head| head.contains("BLOCKED") && head.contains("HELD")), "{listed}");

    receiver.behave(|_| Behaviour::Answer(200));
    let dead = gateway.list("/api/v1/deliveries?state=dead");
    let pass = format!("/api/v1/deliveries/{}/pass", dead[0]["id"].as_str().expect("an id"));
    assert_eq!(gateway.post(&pass, &Value::Null).status, 200);
    until(&gateway, PATIENCE, "the capture", || deliveries(&gateway, "delivered") == 1);
    assert!(!Report::of(&gateway).finds("owed", "problem", "shop"));
}

#[test]
fn keys_near_and_past_their_end_unused_ones_and_a_retired_one_in_use_are_found() {
    let receiver = Receiver::start(Some(SECRET));
    let soon = in_days(10);
    let keys = format!(
        "{{ key = \"{KEY}\", name = \"old\", valid_until = \"2020-01-01\" }}, \
         {{ key = \"{NEXT_KEY}\", name = \"next\", valid_until = \"{soon}\" }}, \
         {{ key = \"{RETIRED_KEY}\", name = \"gone\", retired = true }}"
    );
    let mut gateway = Setup::new(&with_keys(&receiver, &keys)).start();
    trigger(&gateway, KEY, "12");
    trigger(&gateway, RETIRED_KEY, "1");
    until(&gateway, PATIENCE, "the refusal", || !gateway.list("/api/v1/quarantine").is_empty());
    // What is found does not depend on what the process remembers.
    gateway.restart();
    let report = Report::of(&gateway);
    assert_eq!(report.code, Some(1));
    report.must_find("keys", "warning", "the key old of adyen was valid until 2020-01-01");
    report.must_find("keys", "warning", "the key next of adyen is valid for 9 days");
    report.must_find("keys", "warning", "none of the newest 12 notifications of adyen was signed with the key next");
    report.must_find("keys", "problem", "the key gone makes it");
}

#[test]
fn the_same_that_is_refused_again_and_again_is_found_until_something_is_taken() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let to = format!("http://{}/in/adyen", gateway.public());
    let (seed, at) = (["--seed", "5"], ["--at", "2026-11-28T10:00:00Z"]);
    let again = [&["trigger", "adyen", "authorised", "--to", &to, "--key", NEXT_KEY], seed.as_slice(), &at].concat();
    for _ in 0..3 {
        payhook(gateway.folder(), "", &again);
    }
    let times =
        || gateway.list("/api/v1/quarantine").first().map_or(0, |row| row["times"].as_u64().unwrap_or_default());
    until(&gateway, PATIENCE, "the third refusal", || times() == 3);
    let report = Report::of(&gateway);
    assert_eq!(report.code, Some(1));
    report.must_find("refused", "problem", "adyen has refused the same request 3 times");
    trigger(&gateway, KEY, "1");
    let report = Report::of(&gateway);
    assert!(report.finds("refused", "ok", "nothing that comes again"), "{:#?}", report.findings);
}

#[test]
fn a_store_that_was_moved_away_is_found_and_takes_nothing() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let away = gateway.database().with_extension("away");
    std::fs::rename(gateway.database(), &away).expect("moved");
    until(&gateway, PATIENCE, "its absence to be seen", || {
        gateway.send(&authorisation(1)).is_ok_and(|it| it.status == 503)
    });
    Report::of(&gateway).must_find("ready", "problem", "moved or deleted");
    std::fs::rename(&away, gateway.database()).expect("moved back");
    until(&gateway, PATIENCE, "the store to be taken up", || {
        gateway.send(&authorisation(1)).is_ok_and(|it| it.status == 200)
    });
}

#[test]
fn files_that_others_may_read_are_found_also_where_no_gateway_runs() {
    let receiver = Receiver::start(Some(SECRET));
    let mut gateway = setup(&receiver).store("reserve = 0").start();
    let token = gateway.folder().join("payhook.db.token");
    open_to_others(&token);
    let report = Report::of(&gateway);
    report.must_find("files", "problem", "payhook.db.token has mode 0644");
    assert_eq!(report.code, Some(1));

    std::fs::write(gateway.folder().join(".env"), "A=b\n").expect("written");
    open_to_others(&gateway.folder().join(".env"));
    assert!(gateway.stop(PATIENCE).is_some_and(|status| status.success()));
    let config = gateway.folder().join("payhook.toml");
    let words = ["doctor", "--json", "--config", config.to_str().expect("text")];
    let report = Report::read(&payhook(gateway.folder(), "", &words));
    assert_eq!(report.code, Some(1));
    report.must_find("ready", "problem", "no gateway answers");
    report.must_find("files", "problem", "payhook.db.token has mode 0644");
    report.must_find("files", "problem", ".env has mode 0644");
    report.must_find("schema", "ok", "schema");
    gateway.rewrite(&gateway.configuration().replace("[[route]]", "[[rout]]"));
    Report::read(&payhook(gateway.folder(), "", &words)).must_find("configuration", "problem", "rout");
}

#[test]
fn a_certificate_near_and_past_its_end_and_one_renewed_in_vain_are_found() {
    let receiver = Receiver::start(Some(SECRET));
    let setup = setup(&receiver).store("reserve = 0").server("tls = { cert = \"cert.pem\", key = \"key.pem\" }");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    tls::certificate_until(setup.folder(), now + 10 * 86_400);
    let mut gateway = setup.start();
    let report = Report::of(&gateway);
    report.must_find("certificate", "warning", "is valid for 9 days more");
    assert_eq!(report.code, Some(0));

    std::fs::remove_file(gateway.folder().join("key.pem")).expect("removed");
    until(&gateway, PATIENCE, "the third look", || {
        Report::of(&gateway).finds("certificate", "problem", "key.pem: No such file")
    });
    tls::certificate_until(gateway.folder(), now - 1);
    until(&gateway, PATIENCE, "the new certificate", || {
        Report::of(&gateway).finds("certificate", "problem", "was valid until")
    });
    assert!(gateway.stop(PATIENCE).is_some_and(|status| status.success()));
    let config = gateway.folder().join("payhook.toml");
    let of_file = ["--config", config.to_str().expect("text")];
    let alone = payhook(gateway.folder(), "", &[&["doctor", "--json"], of_file.as_slice()].concat());
    Report::read(&alone).must_find("certificate", "problem", "was valid until");
    let checked = payhook(gateway.folder(), "", &[&["check"], of_file.as_slice()].concat());
    assert!(checked.code == Some(0) && checked.out.contains("was valid until"), "{}", checked.out);
}

fn open_to_others(path: &Path) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).expect("its mode can be set");
}

#[test]
fn a_reserve_above_the_free_space_is_not_ready_and_says_why() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).store("reserve = \"1000000 TiB\"").start();
    until(&gateway, PATIENCE, "the look at the disk", || gateway.get("/readyz").status == 503);
    let reason = gateway.get("/readyz").json()["reasons"][0].clone();
    assert_eq!(reason["code"], "disk_reserve");
    assert!(reason["hint"].as_str().is_some_and(|hint| hint.contains("make room")), "{reason}");
    assert_eq!(gateway.get("/healthz").status, 200, "it lives, and goes on by itself");
    assert_eq!(gateway.send(&authorisation(1)).expect("an answer").status, 503);
    let report = Report::of(&gateway);
    assert_eq!(report.code, Some(1));
    report.must_find("ready", "problem", "below the reserve");
    report.must_find("disk", "problem", "nothing is accepted");
}

#[test]
fn a_slow_question_is_told_by_its_route_and_not_by_what_was_asked_for() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    trigger(&gateway, KEY, "1");
    let event = gateway.list("/api/v1/events")[0]["id"].as_str().expect("an id").to_owned();
    let target = format!("/api/v1/events/{event}");
    let over = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    assert_eq!(gateway.get(&target).status, 200);
                }
            });
        }
        // The process stands still for longer than a question may take, most often while one is in its hands.
        let began = Instant::now();
        let mut found = false;
        while !found && began.elapsed() < PATIENCE {
            gateway.signal(libc::SIGSTOP);
            std::thread::sleep(Duration::from_millis(400));
            gateway.signal(libc::SIGCONT);
            found = Report::of(&gateway).finds("reads", "warning", "/api/v1/events/{id}");
        }
        over.store(true, Ordering::Relaxed);
        assert!(found, "no slow question is remembered");
    });
    let report = Report::of(&gateway);
    assert_eq!(report.code, Some(0), "slow is no problem: {:#?}", report.findings);
    assert!(report.findings.iter().all(|finding| !finding.to_string().contains(&event)), "{:#?}", report.findings);
}

#[test]
fn a_refused_change_and_a_backup_folder_that_is_gone_are_found() {
    let receiver = Receiver::start(Some(SECRET));
    let backups = TempDir::new().expect("a folder");
    let backup = format!("backup = {{ folder = \"{}\", every = \"1h\" }}", backups.path().display());
    let gateway = setup(&receiver).store(&backup).start();
    until(&gateway, PATIENCE, "the first backup", || {
        Report::of(&gateway).finds("backups", "ok", "the newest backup is")
    });
    let configured = gateway.configuration();
    assert_eq!(gateway.reload(&configured.replace("[[route]]", "[[rout]]"))["outcome"], "refused");
    backups.close().expect("the folder can be removed");
    let report = Report::of(&gateway);
    report.must_find("configuration", "problem", "the last change was refused");
    report.must_find("backups", "problem", "cannot be looked at");
    assert_eq!(report.code, Some(1));
}

/// A gateway in this folder whose clock is turned by so many minutes.
fn turned(receiver: &Receiver, folder: &Path, minutes: i64) -> Gateway {
    setup(receiver).in_folder(folder).argument(&format!("--clock-offset={minutes}m")).start()
}

#[test]
fn a_clock_that_is_behind_and_one_that_jumped_are_found() {
    let receiver = Receiver::start(Some(SECRET));
    let folder = TempDir::new().expect("a folder");
    let gateway = turned(&receiver, folder.path(), -60);
    trigger(&gateway, KEY, "3");
    let report = Report::of(&gateway);
    report.must_find("clock", "problem", "this clock is behind");
    assert_eq!(report.code, Some(1));
    drop(gateway);
    let gateway = turned(&receiver, folder.path(), 100 * 24 * 60);
    until(&gateway, PATIENCE, "the look at the clock", || {
        Report::of(&gateway).finds("retention", "problem", "nothing is removed")
    });
    assert_eq!(gateway.post("/api/v1/prune", &json!({ "yes": true })).status, 200);
    Report::of(&gateway).must_find("retention", "ok", "");
}

#[test]
fn a_source_that_is_quiet_at_a_time_at_which_it_never_is_is_found() {
    let receiver = Receiver::start(Some(SECRET));
    let folder = TempDir::new().expect("a folder");
    for hours in [74, 50, 26, 3] {
        let gateway = turned(&receiver, folder.path(), -hours * 60);
        trigger(&gateway, KEY, "1");
        assert!(gateway.list("/api/v1/events").iter().any(|event| event["source"] == "adyen"), "nothing came");
    }
    let gateway = turned(&receiver, folder.path(), 0);
    Report::of(&gateway).must_find("sources", "warning", "in each of the last 3 days");
    trigger(&gateway, KEY, "1");
    Report::of(&gateway).must_find("sources", "ok", "adyen heard something");
}
