//! What the stories tell, whatever goes wrong with whoever tells them.

use payhook_domain::time::Timestamp;
use serde_json::Value;

use super::{Begun, Progress, Wanted, script, stories, story, tell};
use crate::accounts::Accounts;
use crate::adyen::checkout::Payment;
use crate::boot::{Sandbox, Settings};
use crate::clockwork;
use crate::time::Pace;
use crate::world::World;

const NOW: Timestamp = Timestamp::from_seconds(1_796_000_000);

/// What a merchant hears of each, in order. A `-` marks what did not succeed.
const HEARD: [(&str, &str); 22] = [
    ("paid", "AUTHORISATION CAPTURE"),
    ("refused-then-paid", "-AUTHORISATION AUTHORISATION CAPTURE"),
    ("another-card", "-AUTHORISATION AUTHORISATION CAPTURE"),
    ("3ds", "AUTHORISATION CAPTURE"),
    ("3ds-failed", "-AUTHORISATION"),
    ("left-at-3ds", "OFFER_CLOSED"),
    ("partial-captures", "AUTHORISATION CAPTURE CAPTURE CAPTURE"),
    ("capture-failed-later", "AUTHORISATION CAPTURE CAPTURE_FAILED"),
    ("refund-and-reversal", "AUTHORISATION CAPTURE REFUND REFUND REFUNDED_REVERSED"),
    ("expiry", "AUTHORISATION EXPIRE"),
    ("cancel-or-refund", "AUTHORISATION CANCEL_OR_REFUND"),
    ("cancel-or-refund-captured", "AUTHORISATION CAPTURE CANCEL_OR_REFUND"),
    ("adjustment", "AUTHORISATION AUTHORISATION_ADJUSTMENT CAPTURE"),
    (
        "won-dispute",
        "AUTHORISATION CAPTURE NOTIFICATION_OF_CHARGEBACK CHARGEBACK INFORMATION_SUPPLIED CHARGEBACK_REVERSED \
         ISSUER_RESPONSE_TIMEFRAME_EXPIRED",
    ),
    ("lost-dispute", "AUTHORISATION CAPTURE NOTIFICATION_OF_CHARGEBACK CHARGEBACK DISPUTE_DEFENSE_PERIOD_ENDED"),
    (
        "twice-charged-back",
        "AUTHORISATION CAPTURE NOTIFICATION_OF_CHARGEBACK CHARGEBACK INFORMATION_SUPPLIED CHARGEBACK_REVERSED \
         SECOND_CHARGEBACK",
    ),
    ("report", "AUTHORISATION CAPTURE REPORT_AVAILABLE"),
    (
        "token-life",
        "recurring.token.created RECURRING_CONTRACT AUTHORISATION CAPTURE recurring.token.updated \
         recurring.token.disabled",
    ),
    ("pay-by-bank", "payment_initiated payment_pending payment_sent"),
    ("pay-by-bank-failed", "payment_initiated payment_failed"),
    ("pay-by-bank-declined", "payment_failed"),
    ("pay-by-bank-refunded", "payment_initiated payment_pending payment_sent refund_pending refund_sent"),
];

fn heard(name: &str, seed: u64) -> Vec<String> {
    let lines = script(story(name).expect("a story"), seed, NOW).expect("memory");
    let word = |line: &super::Line| {
        let success = &line.value["notificationItems"][0]["NotificationRequestItem"]["success"];
        format!("{}{}", if success == "false" { "-" } else { "" }, line.event)
    };
    lines.iter().map(word).collect()
}

#[test]
fn every_story_tells_its_merchant_what_happens_in_it() {
    assert_eq!(HEARD.map(|(name, _)| name).to_vec(), stories().map(|story| story.name).collect::<Vec<_>>());
    for (name, events) in HEARD {
        for seed in 0..4 {
            assert_eq!(heard(name, seed), events.split_whitespace().collect::<Vec<_>>(), "{name} of seed {seed}");
        }
    }
}

#[test]
fn a_seed_tells_the_same_again_and_another_seed_another_payment() {
    let of = |seed| script(story("another-card").expect("a story"), seed, NOW).expect("memory");
    assert_eq!(of(7), of(7));
    let reference = |lines: &[super::Line]| item(lines, 0)["pspReference"].clone();
    assert_ne!(reference(&of(7)), reference(&of(8)));
    let lines = of(7);
    assert_eq!(item(&lines, 0)["merchantReference"], item(&lines, 1)["merchantReference"]);
    assert_ne!(item(&lines, 0)["pspReference"], item(&lines, 1)["pspReference"]);
    assert_ne!(
        item(&lines, 0)["additionalData"]["cardSummary"],
        item(&lines, 1)["additionalData"]["cardSummary"],
        "it is another card"
    );
}

#[test]
fn a_method_that_reconsiders_speaks_of_one_payment() {
    let lines = script(story("refused-then-paid").expect("a story"), 7, NOW).expect("memory");
    let [no, yes] = [item(&lines, 0), item(&lines, 1)];
    assert_eq!(no["pspReference"], yes["pspReference"]);
    assert_eq!((&no["success"], &yes["success"]), (&"false".into(), &"true".into()));
}

fn item(lines: &[super::Line], place: usize) -> &Value {
    &lines[place].value["notificationItems"][0]["NotificationRequestItem"]
}

#[test]
fn a_story_goes_on_where_a_killed_sandbox_left_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || {
        let settings = Settings {
            file: Some(folder.path().join("sandbox.db")),
            seed: Some(1),
            pace: Pace::Leaping,
            base: "http://127.0.0.1:8090".parse().expect("a URL"),
            accounts: Accounts::default(),
            clock: std::sync::Arc::new(super::script::Stopped(NOW)),
            weather: Vec::new(),
        };
        Sandbox::open(settings).expect("the book opens").world()
    };
    let world = open();
    let Begun { run, .. } = told(&world, "refund-and-reversal");
    for _ in 0..4 {
        let moment = world.look(NOW, |act| act.next_timer()).expect("the book can be read").expect("it goes on");
        world.look(moment, |act| act.take_due(moment)?.expect("it is due").happen(act)).expect("it happens");
    }
    assert!(!progress(&world, &run).is_done());
    drop(world);
    let world = open();
    clockwork::work_through(&world).expect("all of it happens");
    let progress = progress(&world, &run);
    assert!(progress.is_done() && progress.run.scenes == progress.scenes());
    let payment = world.look(NOW, |act| act.find::<Payment>(&progress.run.payments[0])).expect("the book can be read");
    let money = payment.expect("it was paid").money;
    assert_eq!((money.captured, money.refunded * 10), (money.authorised, money.authorised * 4));
}

#[test]
fn a_story_stops_and_says_why_where_somebody_came_between() {
    let settings = Settings {
        file: None,
        seed: Some(1),
        pace: Pace::Leaping,
        base: "http://127.0.0.1:8090".parse().expect("a URL"),
        accounts: Accounts::default(),
        clock: std::sync::Arc::new(super::script::Stopped(NOW)),
        weather: Vec::new(),
    };
    let world = Sandbox::open(settings).expect("memory").world();
    let Begun { run, .. } = told(&world, "3ds");
    world.look(NOW, |act| act.take_due(NOW)?.expect("the first scene").happen(act)).expect("it happens");
    let payment = progress(&world, &run).run.payments[0].clone();
    world.look(NOW, |act| act.remove::<Payment>(&payment)).expect("the book can be written");
    clockwork::work_through(&world).expect("all of it happens");
    let stopped = progress(&world, &run).run.end.and_then(|end| end.stopped);
    assert!(stopped.is_some_and(|why| why.contains(&payment)));
}

fn told(world: &World, story: &str) -> Begun {
    let wanted = Wanted { story: story.to_owned(), seed: Some(7), ..Wanted::default() };
    world.act(|act| tell(act, wanted)).expect("it begins")
}

fn progress(world: &World, run: &str) -> Progress {
    world.look(NOW, |act| Progress::of(act, run)).expect("the book can be read").expect("it began")
}
