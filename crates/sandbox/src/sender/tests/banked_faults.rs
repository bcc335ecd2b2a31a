//! The faults that mean something else at Banked, whose notifications name no account, and whose keys merchants choose.

use std::collections::BTreeSet;
use std::time::Duration;

use payhook_provider::{Item as Judged, Papers, Policy, RawRequest, by_name};
use payhook_testkit::receiver::{Behaviour, Delivery, Receiver};
use serde_json::Value;

use super::stage::{BEGIN, Stage};
use crate::Pace;
use crate::banked::webhook::Webhook;
use crate::book::BookError;
use crate::sender::Fault;
use crate::story::{Wanted, tell};

/// The merchant's keys: the one that was replaced, and the one that has replaced it.
const KEYS: [&str; 2] = ["the key before", "the key of these days"];
/// What the story says when nothing goes wrong.
const CLEAN: [&str; 5] = ["payment_initiated", "payment_pending", "payment_sent", "refund_pending", "refund_sent"];
/// Longest wait for the story.
const PATIENCE: Duration = Duration::from_secs(20);

/// A refund's story with this fault, to an endpoint that takes what is signed by either of the merchant's keys; how
/// often it knocks, and what it says.
fn told(fault: Fault, knocks: usize) -> Vec<Delivery> {
    let receiver = Receiver::start(None);
    receiver.behave(|delivery| Behaviour::Answer(if signer(delivery).is_some() { 200 } else { 400 }));
    let mut stage = Stage::new(Pace::Leaping);
    stage.act(|act| webhook(act, &receiver.url()));
    let wanted = Wanted { story: "pay-by-bank-refunded".to_owned(), faults: vec![fault], ..Wanted::default() };
    let begun = stage.world.act(|act| tell(act, wanted)).expect("a story");
    stage.run();
    assert!(receiver.wait_until(PATIENCE, |list| list.len() >= knocks), "{} of {knocks}", receiver.count());
    stage.wait_until_all_is_sent();
    assert_eq!(begun.references.len(), 1);
    receiver.deliveries()
}

/// A webhook whose key was replaced, as Banked lets one do it: another one beside it, then the first is deleted.
fn webhook(act: &crate::book::Act<'_>, url: &str) -> Result<(), BookError> {
    let made = KEYS.map(|key| {
        let events = CLEAN.map(str::to_owned).to_vec();
        let mut webhook = Webhook { target_url: url.to_owned(), events, ..Webhook::begin(act)? };
        webhook.take_key(act, Some(key.to_owned()))?;
        act.keep(&webhook)?;
        Ok::<_, BookError>(webhook)
    });
    let [first, _] = made;
    first?.delete(act)
}

/// Which of the merchant's keys has signed it.
fn signer(delivery: &Delivery) -> Option<&'static str> {
    let banked = by_name("banked").expect("Banked");
    let request = RawRequest { target: &delivery.target, headers: &delivery.headers, body: &delivery.body };
    KEYS.into_iter().find(|key| {
        let key = banked.key("test", key).expect("a key");
        match banked.verify(&request, &[key], &Policy::default(), BEGIN) {
            Papers::Items(items) => items.iter().all(|item| matches!(item, Judged::Verified(_))),
            Papers::Unreadable(_) => false,
        }
    })
}

/// `payment_sent`, and the id of what it is about.
fn said(delivery: &Delivery) -> (String, String) {
    let body = delivery.json();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    match body["webhook_event"].as_str() {
        Some(event) => (event.to_owned(), text(&body["id"])),
        None => (text(&body["type"]), text(&body["data"]["original_payin_information"]["id"])),
    }
}

#[test]
fn old_key_signs_with_the_key_of_the_webhook_before() {
    let deliveries = told(Fault::OldKey, CLEAN.len());
    assert!(deliveries.iter().all(|delivery| signer(delivery) == Some(KEYS[0])), "{deliveries:?}");
    let deliveries = told(Fault::Delay, CLEAN.len());
    assert!(deliveries.iter().all(|delivery| signer(delivery) == Some(KEYS[1])), "{deliveries:?}");
}

#[test]
fn wrong_account_tells_another_merchants_payment_signed_by_that_merchants_key() {
    let deliveries = told(Fault::WrongAccount, CLEAN.len() * 2);
    let (own, foreign): (Vec<_>, Vec<_>) = deliveries.iter().partition(|delivery| signer(delivery).is_some());
    let events = |list: &[&Delivery]| list.iter().map(|one| said(one).0).collect::<BTreeSet<_>>();
    let ids = |list: &[&Delivery]| list.iter().map(|one| said(one).1).collect::<BTreeSet<_>>();
    assert_eq!((own.len(), foreign.len()), (CLEAN.len(), CLEAN.len()), "each is sent once, and once as another's");
    assert_eq!((events(&own), events(&foreign)), (events(&foreign), CLEAN.map(str::to_owned).into()));
    let (ours, theirs) = (ids(&own), ids(&foreign));
    assert_eq!((ours.len(), theirs.len()), (1, 1), "one payment here, and one there");
    assert!(ours.is_disjoint(&theirs), "another one");
    let mine = &own.iter().find(|one| said(one).0 == "payment_sent").expect("it is told").json();
    let other = &foreign.iter().find(|one| said(one).0 == "payment_sent").expect("it is told").json();
    assert_eq!((&mine["reference"], &mine["amount"]), (&other["reference"], &other["amount"]), "it looks like ours");
    assert_eq!(other["payee"]["name"], "Somebody Else");
}
