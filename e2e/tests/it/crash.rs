//! SIGKILL at random moments under load: what was acknowledged is stored exactly once, and what is owed arrives.

use std::collections::BTreeSet;
use std::time::Duration;

use payhook_testkit::receiver::Receiver;
use payhook_testkit::scale;

use crate::stage::{Stored, acknowledged, authorisation, nothing_is_lost, now, setup};

/// Connections that post at once.
const CONNECTIONS: usize = 16;

/// Orders of each round are numbered from its own thousand of thousands.
const ROUND_SPAN: usize = 1_000_000;

/// Longest a round may take to reach its moment.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn a_killed_gateway_lost_nothing_it_had_acknowledged() {
    let rounds = scale::of("PAYHOOK_CRASH_ROUNDS", 20, 500);
    let mut random = fastrand::Rng::with_seed(scale::of("PAYHOOK_CRASH_SEED", 11, 11));
    let receiver = Receiver::start(Some(crate::stage::SECRET));
    let mut gateway = setup(&receiver).start();
    let mut safe = BTreeSet::new();
    let mut phases = Phases::default();
    for round in 0..rounds {
        let (first, began) = (round * ROUND_SPAN, now(&gateway));
        let load = gateway.load(CONNECTIONS, move |number| Some(authorisation(first + number)));
        let moment = random.usize(1..400);
        assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= moment), "round {round} never got going");
        std::thread::sleep(Duration::from_micros(random.u64(0..2_000)));
        let in_flight = load.counts().in_flight;
        gateway.kill();
        let fates = load.finish();
        let unanswered: BTreeSet<usize> =
            fates.iter().filter(|(_, fate)| !fate.acknowledged()).map(|(number, _)| first + number).collect();
        assert!(in_flight > 0, "round {round}: nothing was in flight at the kill");
        assert!(!unanswered.is_empty(), "round {round}: everything had been acknowledged");
        safe.extend(acknowledged(&fates, first));
        gateway.restart();
        phases.note(&Stored::since(&gateway, &began), &unanswered);
    }
    println!("{rounds} kills, {} acknowledged; {phases:?}", safe.len());
    nothing_is_lost(&gateway, &receiver, &safe);
}

/// What the kills hit: requests that were unanswered and yet stored were between commit and answer, the others before
/// the commit.
#[derive(Debug, Default)]
struct Phases {
    between_commit_and_answer: usize,
    before_commit: usize,
}

impl Phases {
    fn note(&mut self, stored: &Stored, unanswered: &BTreeSet<usize>) {
        let committed = unanswered.iter().filter(|order| stored.orders.contains_key(order)).count();
        self.between_commit_and_answer += committed;
        self.before_commit += unanswered.len() - committed;
    }
}
