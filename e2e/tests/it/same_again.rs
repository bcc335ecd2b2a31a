//! Ten thousand copies of one notification at once: one event, one delivery, every copy acknowledged, none before the
//! first copy's commit.

use std::time::Duration;

use payhook_testkit::poster::Fate;
use payhook_testkit::powercut::Tear;
use payhook_testkit::receiver::Receiver;

use crate::stage::{SECRET, Stored, authorisation, setup};

const COPIES: usize = 10_000;
const CONNECTIONS: usize = 64;

#[test]
fn ten_thousand_copies_at_once_are_one_event_and_one_delivery() {
    let receiver = Receiver::start(Some(SECRET));
    let gateway = setup(&receiver).start();
    let load = gateway.load(CONNECTIONS, |number| (number < COPIES).then(|| authorisation(1)));
    let fates = load.finish();
    assert_eq!(fates.len(), COPIES);
    for fate in fates.values() {
        let Fate::Answered(answer, _) = fate else { panic!("a copy was not answered: {fate:?}") };
        assert_eq!((answer.status, answer.text().as_str()), (200, "[accepted]"));
    }
    let stored = Stored::of(&gateway);
    assert_eq!(stored.orders.into_iter().collect::<Vec<_>>(), [(1, 1)]);
    let status = gateway.get("/api/v1/status").json();
    assert_eq!(status["duplicates"], COPIES - 1);
    assert_eq!(status["notifications"], 1);
    assert!(receiver.wait_until(Duration::from_secs(10), |deliveries| !deliveries.is_empty()), "it never arrived");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(receiver.count(), 1, "one event is one delivery");
}

#[test]
fn no_copy_is_acknowledged_before_the_first_is_on_disk() {
    let receiver = Receiver::start(Some(SECRET));
    let (setup, shim) = setup(&receiver).under_power_cut();
    let mut gateway = setup.start();
    // Every sync takes long enough for all copies to arrive while the first one's is under way.
    shim.slow_syncs(Duration::from_millis(700)).expect("the gateway runs under the shim");
    let load = gateway.load(CONNECTIONS, |number| (number < CONNECTIONS).then(|| authorisation(1)));
    assert!(load.wait_until(Duration::from_secs(10), |counts| counts.in_flight == CONNECTIONS), "copies still to come");
    std::thread::sleep(Duration::from_millis(200));
    let early = load.counts().acknowledged;
    shim.cut(Tear::Clean).expect("the gateway runs under the shim");
    assert!(gateway.wait(Duration::from_secs(30)).is_some(), "the cut did not come");
    let told = load.finish().values().filter(|fate| fate.acknowledged()).count();
    gateway.restart();
    let there = !Stored::of(&gateway).orders.is_empty();
    assert_eq!(early, 0, "copies were acknowledged while the first was being synced");
    assert!(there || told == 0, "{told} copies were acknowledged, and the event is gone");
}
