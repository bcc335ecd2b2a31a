//! A real small disk that fills up under load: only 503s in between, nothing acknowledged is lost, and it goes on by
//! itself when there is room again. The reserve stops ingest before it comes to that.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use payhook_testkit::gateway::Gateway;
use payhook_testkit::poster::Fate;
use payhook_testkit::receiver::Receiver;
use payhook_testkit::tmpfs::{Tmpfs, with_small_disk};

use crate::stage::{SECRET, acknowledged, authorisation, nothing_is_lost, setup};

const CONNECTIONS: usize = 8;
const DISK_BYTES: u64 = 24 << 20;
const BALLAST_BYTES: usize = 12 << 20;
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_full_disk_answers_503_and_goes_on_when_there_is_room() {
    with_small_disk("disk_full::a_full_disk_answers_503_and_goes_on_when_there_is_room", DISK_BYTES, |disk| {
        let ballast = disk.path().join("ballast");
        std::fs::write(&ballast, vec![1; BALLAST_BYTES]).expect("the disk has room for the ballast");
        let receiver = Receiver::start(Some(SECRET));
        let gateway = setup(&receiver).store_in(disk.path()).store("reserve = 0").start();
        let load = gateway.load(CONNECTIONS, |number| Some(authorisation(number)));
        let refused = |counts: payhook_testkit::poster::Counts| counts.answered - counts.acknowledged;
        assert!(load.wait_until(PATIENCE, |counts| refused(counts) >= 50), "the disk never filled up");
        std::fs::remove_file(&ballast).expect("the ballast is there");
        let before = load.counts().acknowledged;
        assert!(
            load.wait_until(PATIENCE, |counts| counts.acknowledged >= before + 200),
            "it did not come back by itself"
        );
        load.stop();
        let fates = load.finish();
        only_these(&fates, &[200, 503]);
        nothing_is_lost(&gateway, &receiver, &acknowledged(&fates, 0));
    });
}

#[test]
fn the_reserve_stops_ingest_before_the_disk_is_full_and_resumes() {
    with_small_disk("disk_full::the_reserve_stops_ingest_before_the_disk_is_full_and_resumes", DISK_BYTES, |disk| {
        let ballast = disk.path().join("ballast");
        let receiver = Receiver::start(Some(SECRET));
        let gateway = setup(&receiver).store_in(disk.path()).store("reserve = \"10 MiB\"").start();
        let mut safe = BTreeSet::new();
        assert_eq!(post(&gateway, 1, &mut safe), 200);
        std::fs::write(&ballast, vec![1; BALLAST_BYTES]).expect("the disk has room for the ballast");
        assert!(becomes(&gateway, 503, 2, &mut safe), "ingest goes on below the reserve");
        assert!(free_bytes(disk) > 1 << 20, "the reserve is there to keep room");
        let ready = gateway.get("/readyz");
        assert_eq!(ready.status, 503);
        assert!(ready.text().contains("reserve"), "{}", ready.text());
        std::fs::remove_file(&ballast).expect("the ballast is there");
        assert!(becomes(&gateway, 200, 1_000, &mut safe), "ingest does not resume above the reserve");
        nothing_is_lost(&gateway, &receiver, &safe);
    });
}

/// Posts order after order until the answer is `status`.
fn becomes(gateway: &Gateway, status: u16, first: usize, safe: &mut BTreeSet<usize>) -> bool {
    let began = Instant::now();
    for number in first.. {
        if post(gateway, number, safe) == status {
            return true;
        }
        if began.elapsed() > Duration::from_secs(10) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

fn post(gateway: &Gateway, number: usize, safe: &mut BTreeSet<usize>) -> u16 {
    let answer = gateway.send(&authorisation(number)).expect("an answer");
    if answer.status == 200 {
        safe.insert(number);
    } else {
        assert_eq!(answer.header("retry-after").is_some(), answer.status == 503, "a 503 says when to come again");
    }
    answer.status
}

fn only_these(fates: &std::collections::BTreeMap<usize, Fate>, statuses: &[u16]) {
    for (number, fate) in fates {
        match fate {
            Fate::Answered(answer, _) => assert!(statuses.contains(&answer.status), "{number}: {}", answer.status),
            Fate::InFlight(why) => panic!("{number} was not answered: {why}"),
        }
    }
}

fn free_bytes(disk: &Tmpfs) -> u64 {
    let output = std::process::Command::new("df").args(["--output=avail", "-B1"]).arg(disk.path()).output();
    let output = output.expect("df runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().nth(1).and_then(|line| line.trim().parse().ok()).expect("df prints a number")
}
