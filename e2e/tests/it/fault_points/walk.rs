//! From a point to a gateway that died there, and what must hold after the next start.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use payhook_domain::fault::Point;
use payhook_testkit::gateway::Gateway;
use payhook_testkit::receiver::Receiver;
use payhook_testkit::{scale, wire};
use serde_json::{Value, json};

use crate::stage::nothing_is_lost;

pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// Connections that post while it dies.
pub(super) const CONNECTIONS: usize = 4;
/// Orders sent while it dies are numbered from here.
pub(super) const LATER: usize = 1_000_000;

/// Calls `kill` with each point of a concern, in each round.
pub(super) fn each(concern: &str, mut kill: impl FnMut(Point, usize)) {
    let rounds = scale::of("PAYHOOK_FAULT_ROUNDS", 1, 20);
    let points: Vec<_> = Point::ALL.iter().copied().filter(|point| point.as_str().starts_with(concern)).collect();
    for round in 0..rounds {
        for point in &points {
            println!("{}, round {round}", point.as_str());
            kill(*point, round);
        }
    }
}

/// The argument that has a gateway die at a point: where it is passed many times, at another passing each round.
pub(super) fn die_at(point: Point, round: usize) -> String {
    let passing = match point {
        Point::BackupStep | Point::RetentionCommitted => 1 + round % 6,
        _ => 1,
    };
    format!("--die-at={}:{passing}", point.as_str())
}

/// Whether it died at its point, and not otherwise.
pub(super) fn is_of_the_point(status: Option<ExitStatus>) -> bool {
    status.and_then(|status| status.signal()) == Some(libc::SIGABRT)
}

/// Waits until it has died at its point, then starts it again without the order to.
pub(super) fn died(gateway: &mut Gateway, argument: &str) {
    let ended = gateway.wait(PATIENCE);
    assert!(is_of_the_point(ended), "{argument} was not reached: {ended:?}\n{}", gateway.log_text());
    gateway.forget_argument(argument);
    gateway.restart();
}

/// Asks for something that the gateway may not live to answer.
pub(super) fn ask_for(gateway: &Gateway, target: &str, body: &Value) -> Option<Value> {
    let token = format!("Bearer {}", gateway.token());
    let headers = [("authorization", token.as_str()), ("content-type", "application/json"), ("connection", "close")];
    let request = wire::request("POST", target, &headers, body.to_string().as_bytes());
    wire::call(gateway.admin(), &request, PATIENCE)
        .ok()
        .filter(|answer| answer.status == 200)
        .map(|answer| answer.json())
}

/// The store is sound by its own reading of a copy, every acknowledged order is there once, and all that is owed arrives.
pub(super) fn is_whole(gateway: &Gateway, receiver: &Receiver, acknowledged: &BTreeSet<usize>) {
    nothing_is_lost(gateway, receiver, acknowledged);
    let away = tempfile::tempdir().expect("a folder");
    assert_eq!(back_up(gateway, &away.path().join("sound.db")), "done", "{}", gateway.log_text());
}

/// Makes a backup, which reads all of the store and all of the copy; how it ended.
pub(super) fn back_up(gateway: &Gateway, file: &Path) -> String {
    let mut job = gateway.post("/api/v1/backups", &json!({ "file": file, "force": true })).json();
    let at = format!("/api/v1/backups/{}", job["id"].as_str().unwrap_or_else(|| panic!("{job}")));
    let began = Instant::now();
    while job["state"] == "running" || job["state"] == "verifying" {
        assert!(began.elapsed() < PATIENCE, "it never ended: {job}");
        std::thread::sleep(Duration::from_millis(5));
        job = gateway.get(&at).json();
    }
    job["state"].as_str().unwrap_or_default().to_owned()
}

/// Waits for a line of the log since the last start.
pub(super) fn says(gateway: &Gateway, message: &str) {
    let line = gateway.wait_for_log(message, PATIENCE);
    assert!(line.is_some(), "it does not say: {message}\n{}", gateway.log_text());
}

/// Copies the files of a folder.
pub(super) fn copy(from: &Path, to: &Path) {
    for entry in from.read_dir().expect("lists") {
        let entry = entry.expect("an entry");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
}
