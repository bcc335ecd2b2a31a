//! Each fault, as the endpoint sees it.

use std::collections::BTreeSet;
use std::time::Duration;

use payhook_testkit::receiver::{Behaviour, Delivery, Receiver};

use super::stage::{BEGIN, KEYS, Stage, is_signed_by, item, paid, said};
use crate::Pace;
use crate::adyen::notice::tell;
use crate::adyen::webhook::{Format, HmacKey, Webhook};
use crate::book::State;
use crate::clockwork::Due;
use crate::sender::Fault;
use crate::sender::faults::begin;

/// The story that is told with a fault.
const STORY: &str = "paid 1";
/// What it says when nothing goes wrong.
const CLEAN: [&str; 2] = ["AUTHORISATION order-0", "CAPTURE order-0"];

/// A story of two notifications in one act, with these faults, to an endpoint that takes what is signed by a key it knows
/// and names its account; everything it was sent, when nothing waits any more.
fn told(faults: &[Fault], format: Format) -> (Stage, Vec<Delivery>) {
    let receiver = Receiver::start(None);
    receiver.behave(|delivery| Behaviour::Answer(if is_good(delivery) { 200 } else { 401 }));
    let mut stage = Stage::new(Pace::Leaping);
    stage.webhook(&receiver, |webhook| {
        webhook.communication_format = format;
        webhook.keys.push(HmacKey { hex: KEYS[1].to_owned(), from: BEGIN.as_micros() });
    });
    stage.act(|act| {
        begin(act, STORY, faults)?;
        paid(0).iter().try_for_each(|item| tell(act, item))
    });
    stage.run();
    stage.wait_until_all_is_sent();
    (stage, receiver.deliveries())
}

fn is_good(delivery: &Delivery) -> bool {
    KEYS.iter().any(|key| is_signed_by(delivery, key))
}

/// What a merchant takes in: what is good and about the own account, each once, in the order it came.
fn taken_in(deliveries: &[Delivery]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let own = |delivery: &&Delivery| is_good(delivery) && item(delivery)["merchantAccountCode"] == "SandboxMerchant";
    deliveries.iter().filter(own).map(said).filter(|said| seen.insert(said.clone())).collect()
}

#[test]
fn without_a_fault_a_story_is_told_as_it_is() {
    let (stage, deliveries) = told(&[], Format::Json);
    assert_eq!(deliveries.iter().map(said).collect::<Vec<_>>(), CLEAN);
    assert!(stage.messages().iter().all(|message| message.story == STORY && message.draft.content.fault.is_none()));
}

#[test]
fn duplicate_sends_what_was_accepted_once_more() {
    let (_, deliveries) = told(&[Fault::Duplicate], Format::Json);
    let mut all: Vec<_> = deliveries.iter().map(said).collect();
    all.sort();
    assert_eq!(all, [CLEAN[0], CLEAN[0], CLEAN[1], CLEAN[1]]);
    let firsts: Vec<_> = deliveries.iter().filter(|delivery| said(delivery) == CLEAN[0]).collect();
    assert_eq!(firsts[0].body, firsts[1].body, "byte for byte the same");
    assert_eq!(taken_in(&deliveries), CLEAN);
}

#[test]
fn reorder_lets_the_second_go_before_or_with_the_first_over_lanes_of_their_own() {
    let (stage, deliveries) = told(&[Fault::Reorder], Format::Json);
    let messages = stage.messages();
    assert_ne!(messages[0].draft.lane, messages[1].draft.lane);
    let left: Vec<_> = messages.iter().map(|message| stage.act(|act| act.attempts(message.id))[0].at).collect();
    assert!(left[1] <= left[0], "{left:?}");
    assert_eq!(deliveries.iter().map(said).collect::<BTreeSet<_>>(), CLEAN.map(str::to_owned).into());
}

#[test]
fn reorder_reaches_over_acts_and_lets_the_last_go_when_nothing_follows() {
    let receiver = Receiver::start(None);
    let mut stage = Stage::new(Pace::Leaping);
    stage.webhook(&receiver, |_| ());
    stage.act(|act| {
        begin(act, STORY, &[Fault::Reorder])?;
        let [authorisation, capture] = paid(0);
        tell(act, &authorisation)?;
        act.later(Duration::from_secs(600), &Due::Adyen(crate::adyen::Due::Tell(Box::new(capture))))?;
        let [_, alone] = paid(1);
        act.later(Duration::from_secs(700), &Due::Adyen(crate::adyen::Due::Tell(Box::new(alone))))
    });
    stage.run();
    assert!(receiver.wait_until(Duration::from_secs(20), |list| list.len() == 3), "{} came", receiver.count());
    stage.wait_until_all_is_sent();
    let messages = stage.messages();
    assert!(messages.iter().all(|message| message.story == STORY), "what a timer says belongs to its story");
    let left: Vec<_> = messages.iter().map(|message| stage.act(|act| act.attempts(message.id))[0].at).collect();
    assert!(left[1] <= left[0] && left[1] >= BEGIN.as_micros() + 600_000_000, "{left:?}");
    assert!(left[2] >= BEGIN.as_micros() + (700 + 3_600) * 1_000_000, "{left:?}");
}

#[test]
fn delay_keeps_the_order_and_comes_late() {
    let (stage, deliveries) = told(&[Fault::Delay], Format::Json);
    assert_eq!(deliveries.iter().map(said).collect::<Vec<_>>(), CLEAN);
    let first = &stage.messages()[0];
    let late = stage.act(|act| act.attempts(first.id))[0].at - first.queued.as_micros();
    assert!((60_000_000..=3 * 3_600_000_000).contains(&late), "{late} µs");
}

#[test]
fn forge_sends_copies_that_nobody_has_signed_once_and_holds_up_nothing() {
    for format in [Format::Json, Format::Http, Format::Soap] {
        let (stage, deliveries) = told(&[Fault::Forge], format);
        let forged: Vec<_> = deliveries.iter().filter(|delivery| !is_good(delivery)).collect();
        assert_eq!((deliveries.len(), forged.len()), (4, 2), "{format:?}");
        assert!(
            forged.iter().all(|forged| deliveries
                .iter()
                .all(|other| other.number == forged.number || other.body != forged.body))
        );
        let ends: Vec<_> = stage.messages().iter().map(|message| (message.state, message.tries)).collect();
        let (good, bad) = ((State::Accepted, 1), (State::GivenUp, 1));
        assert_eq!(ends.iter().filter(|end| **end == good).count(), 2, "{ends:?}");
        assert_eq!(ends.iter().filter(|end| **end == bad).count(), 2, "{ends:?}");
    }
    let (stage, deliveries) = told(&[Fault::Forge], Format::Json);
    let webhook = stage.act(|act| act.all_of::<Webhook>("SandboxMerchant")).remove(0);
    assert!(!webhook.has_error, "a refused forgery says nothing about the endpoint");
    let amounts: BTreeSet<_> = deliveries.iter().map(|delivery| item(delivery)["amount"]["value"].as_i64()).collect();
    assert!(amounts.len() > 1 && amounts.iter().all(|amount| *amount == Some(1_250) || *amount > Some(999_999)));
    assert_eq!(taken_in(&deliveries), CLEAN);
}

#[test]
fn truncate_cuts_each_the_first_time_and_sends_it_whole_the_second() {
    for format in [Format::Json, Format::Http, Format::Soap] {
        let (_, deliveries) = told(&[Fault::Truncate], format);
        let (whole, cut): (Vec<_>, Vec<_>) = deliveries.iter().partition(|delivery| is_good(delivery));
        assert_eq!((whole.len(), cut.len()), (2, 2), "{format:?}");
        for cut in cut {
            let of = whole.iter().find(|whole| whole.body.starts_with(&cut.body) && whole.number > cut.number);
            assert!(of.is_some() && !cut.body.is_empty(), "{format:?}: {:?}", cut.body);
        }
    }
}

#[test]
fn wrong_account_sends_good_copies_about_somebody_else() {
    let (_, deliveries) = told(&[Fault::WrongAccount], Format::Json);
    assert!(deliveries.iter().all(is_good));
    let foreign = deliveries.iter().filter(|delivery| item(delivery)["merchantAccountCode"] == "SomebodyElsesMerchant");
    assert_eq!((deliveries.len(), foreign.count()), (4, 2));
    assert_eq!(taken_in(&deliveries), CLEAN);
}

#[test]
fn old_key_signs_with_the_key_that_was_replaced() {
    let (_, deliveries) = told(&[Fault::OldKey], Format::Json);
    assert!(deliveries.iter().all(|delivery| is_signed_by(delivery, KEYS[0]) && !is_signed_by(delivery, KEYS[1])));
    let (_, deliveries) = told(&[], Format::Json);
    assert!(deliveries.iter().all(|delivery| is_signed_by(delivery, KEYS[1])));
}

#[test]
fn burst_brings_many_good_ones_about_others_once() {
    for format in [Format::Json, Format::Http, Format::Soap] {
        let (stage, deliveries) = told(&[Fault::Burst], format);
        assert_eq!(deliveries.len(), 2 + 24, "{format:?}");
        assert!(deliveries.iter().all(is_good), "{format:?}");
        assert!(stage.messages().iter().all(|message| message.story == STORY && message.state == State::Accepted));
        let references: BTreeSet<_> = stage.messages().into_iter().map(|message| message.draft.subject).collect();
        assert_eq!(references.len(), 1 + 24);
    }
}

#[test]
fn all_faults_together_leave_what_a_merchant_takes_in_as_it_is() {
    let (_, deliveries) = told(&Fault::ALL, Format::Json);
    let mut taken: Vec<_> = taken_in(&deliveries).into_iter().filter(|said| said.ends_with("order-0")).collect();
    taken.sort();
    assert_eq!(taken, CLEAN);
    let own = deliveries.iter().filter(|delivery| said(delivery).ends_with("order-0"));
    assert_eq!(own.count(), 2 * 4, "each whole, again, forged, and about somebody else");
    assert_eq!(deliveries.iter().filter(|delivery| said(delivery) == "? ?").count(), 2, "and cut");
}

#[test]
fn the_same_seed_lays_the_same_faults_and_moves_no_reference() {
    let bodies = |faults: &[Fault]| {
        let (stage, _) = told(faults, Format::Json);
        let next = stage.act(|act| Ok(act.chance()?.psp_reference()));
        let messages = stage.messages().into_iter().filter(|message| message.draft.lane.find(" duplicate ").is_none());
        let bodies: Vec<_> = messages.map(|message| (message.draft.content, message.draft.due)).collect();
        (bodies, next)
    };
    let (first, second) = (bodies(&Fault::ALL), bodies(&Fault::ALL));
    let order =
        |bodies: &[(crate::book::Content, _)]| bodies.iter().map(|(content, _)| content.clone()).collect::<Vec<_>>();
    assert_eq!(order(&first.0), order(&second.0));
    assert_eq!((&first.1, &first.1), (&second.1, &bodies(&[]).1));
}
