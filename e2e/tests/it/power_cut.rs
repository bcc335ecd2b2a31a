//! Power cuts under load: writes since the last sync are undone, then the process is killed. Nothing acknowledged may be
//! missing afterwards; with syncing switched off, something must be, or the test proves nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use payhook_testkit::gateway::Gateway;
use payhook_testkit::poster::{Counts, Load};
use payhook_testkit::powercut::{Moment, PowerCut, Tear};
use payhook_testkit::receiver::Receiver;
use payhook_testkit::scale;

use crate::stage::{SECRET, Stored, acknowledged, authorisation, nothing_is_lost, now, setup};

const CONNECTIONS: usize = 16;
const ROUND_SPAN: usize = 1_000_000;
const PATIENCE: Duration = Duration::from_secs(30);

/// A round of load that ends in a cut; returns the acknowledged orders.
fn round(gateway: &mut Gateway, shim: &PowerCut, number: usize, random: &mut fastrand::Rng) -> BTreeSet<usize> {
    let first = number * ROUND_SPAN;
    let load = gateway.load(CONNECTIONS, move |number| Some(authorisation(first + number)));
    let moment = random.usize(1..300);
    assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= moment), "round {number} never got going");
    let tear = if random.bool() { Tear::Clean } else { Tear::Torn { seed: random.u64(..) } };
    let cut = match random.u8(0..3) {
        0 => shim.cut_at(Moment::BeforeSync(random.u64(1..4)), tear),
        1 => shim.cut_at(Moment::AfterSync(random.u64(1..4)), tear),
        _ => shim.cut(tear),
    };
    cut.expect("the gateway runs under the shim");
    assert!(gateway.wait(PATIENCE).is_some(), "round {number}: the cut did not come");
    let fates = load.finish();
    assert!(fates.values().any(|fate| !fate.acknowledged()), "round {number}: everything had been acknowledged");
    acknowledged(&fates, first)
}

#[test]
fn a_power_cut_takes_nothing_that_was_acknowledged() {
    let rounds = scale::of("PAYHOOK_POWERCUT_ROUNDS", 20, 500);
    let mut random = fastrand::Rng::with_seed(scale::of("PAYHOOK_CRASH_SEED", 12, 12));
    let receiver = Receiver::start(Some(SECRET));
    let (setup, shim) = setup(&receiver).under_power_cut();
    let mut gateway = setup.start();
    let mut safe = BTreeSet::new();
    for number in 0..rounds {
        let began = now(&gateway);
        let acknowledged = round(&mut gateway, &shim, number, &mut random);
        gateway.restart();
        let lost = Stored::since(&gateway, &began).lost(&acknowledged);
        assert_eq!(lost, Vec::<usize>::new(), "round {number}: acknowledged, but gone after the cut");
        safe.extend(acknowledged);
    }
    println!("{rounds} power cuts, {} acknowledged", safe.len());
    nothing_is_lost(&gateway, &receiver, &safe);
}

#[test]
fn without_syncing_the_same_test_would_find_losses() {
    let mut random = fastrand::Rng::with_seed(13);
    let receiver = Receiver::start(Some(SECRET));
    let (setup, shim) = setup(&receiver).argument("--unsafe-no-sync").under_power_cut();
    let mut gateway = setup.start();
    let mut lost = 0;
    for number in 0..20 {
        let safe = round_without_syncs(&mut gateway, &shim, number, &mut random);
        gateway.restart();
        lost = Stored::of(&gateway).lost(&safe).len();
        if lost > 0 {
            break;
        }
    }
    assert!(lost > 0, "twenty power cuts without syncing lost nothing: the shim does not bite");
}

/// The same without waiting for a sync that never comes.
fn round_without_syncs(
    gateway: &mut Gateway,
    shim: &PowerCut,
    number: usize,
    random: &mut fastrand::Rng,
) -> BTreeSet<usize> {
    let first = number * ROUND_SPAN;
    let load = gateway.load(CONNECTIONS, move |number| Some(authorisation(first + number)));
    let moment = random.usize(50..300);
    assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= moment), "round {number} never got going");
    shim.cut(Tear::Clean).expect("the gateway runs under the shim");
    assert!(gateway.wait(PATIENCE).is_some(), "round {number}: the cut did not come");
    acknowledged(&load.finish(), first)
}

#[test]
fn a_sync_that_fails_never_becomes_a_200() {
    let receiver = Receiver::start(Some(SECRET));
    let (setup, shim) = setup(&receiver).under_power_cut();
    let mut gateway = setup.start();
    let load = gateway.load(CONNECTIONS, |number| Some(authorisation(number)));
    assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= 200), "the load never got going");
    shim.fail_syncs(5).expect("the gateway runs under the shim");
    let is_refused = |counts: Counts| counts.answered > counts.acknowledged + CONNECTIONS;
    assert!(load.wait_until(PATIENCE, is_refused), "five failing syncs refused nobody");
    let before = load.counts().acknowledged;
    let is_back = |counts: Counts| counts.acknowledged >= before + 200;
    assert!(load.wait_until(PATIENCE, is_back), "the gateway did not come back by itself");
    load.stop();
    let safe = acknowledged(&load.finish(), 0);
    shim.cut(Tear::Clean).expect("the gateway runs under the shim");
    assert!(gateway.wait(PATIENCE).is_some(), "the cut did not come");
    gateway.restart();
    nothing_is_lost(&gateway, &receiver, &safe);
}

/// What copying the log must have added to the database before its sync fails: three or four copies.
const COPIED: u64 = 8 << 20;
/// Acknowledgements without copying by which one copy is over; the next is due after some 1,800.
const BETWEEN_COPIES: usize = 300;

/// Waits until the log was copied several times and a copy has just ended: the next sync of the database is then that of a
/// copy's first and largest part.
fn wait_between_copies(gateway: &Gateway, load: &Load) {
    let length = || gateway.database().metadata().map_or(0, |file| file.len());
    let enough = length() + COPIED;
    assert!(load.wait_until(PATIENCE, |_| length() >= enough), "the log is not copied");
    loop {
        let (before, acknowledged) = (length(), load.counts().acknowledged);
        let is_later = |counts: Counts| counts.acknowledged >= acknowledged + BETWEEN_COPIES;
        assert!(load.wait_until(PATIENCE, is_later), "the load came to a stop");
        if length() == before {
            return;
        }
    }
}

/// A round of load in which the next `syncs` of the database alone fail, the gateway mends itself, and the power goes
/// afterwards; returns the acknowledged orders, and whether what failed was the sync of a part.
fn round_without_the_copy(
    gateway: &mut Gateway,
    shim: &PowerCut,
    number: usize,
    syncs: u64,
) -> (BTreeSet<usize>, bool) {
    let first = number * ROUND_SPAN;
    let load = gateway.load(CONNECTIONS, move |number| Some(authorisation(first + number)));
    wait_between_copies(gateway, &load);
    shim.fail_syncs_of("payhook.db", syncs).expect("the gateway runs under the shim");
    let told = |message| {
        let line = gateway.wait_for_log(message, PATIENCE);
        line.unwrap_or_else(|| panic!("round {number}: it never said that {message}"))
    };
    let why = told("the store cannot be written: nothing is accepted until it can")["reason"].to_string();
    told("the store can be written again");
    let mended = load.counts().acknowledged;
    assert!(
        load.wait_until(PATIENCE, |counts| counts.acknowledged >= mended + 200),
        "round {number}: it did not go on"
    );
    shim.cut(Tear::Clean).expect("the gateway runs under the shim");
    assert!(gateway.wait(PATIENCE).is_some(), "round {number}: the cut did not come");
    (acknowledged(&load.finish(), first), why.contains("cannot sync the database"))
}

/// A part is synced by the store, the end by SQLite: only the former is taken for copied when its sync fails. Which one
/// fails is chance, since a part is the end when nobody commits meanwhile; so it goes on until it was a part three times.
#[test]
fn a_copy_of_the_log_that_the_disk_did_not_take_is_made_again() {
    let receiver = Receiver::start(Some(SECRET));
    let (setup, shim) = setup(&receiver).under_power_cut();
    let mut gateway = setup.start();
    let mut safe = BTreeSet::new();
    let mut parts = 0;
    for (number, syncs) in (0..30).zip([1, 2, 5].into_iter().cycle()) {
        let began = now(&gateway);
        let (acknowledged, was_part) = round_without_the_copy(&mut gateway, &shim, number, syncs);
        gateway.restart();
        let lost = Stored::since(&gateway, &began).lost(&acknowledged);
        assert_eq!(lost, Vec::<usize>::new(), "round {number}: acknowledged, but gone after the cut");
        safe.extend(acknowledged);
        parts += usize::from(was_part);
        if parts == 3 {
            break;
        }
    }
    assert_eq!(parts, 3, "thirty syncs failed, hardly one of a part: it proves nothing");
    nothing_is_lost(&gateway, &receiver, &safe);
}
