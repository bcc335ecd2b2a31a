//! Order, retries, people, keys, formats.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use payhook_testkit::receiver::{Behaviour, Receiver};

use super::stage::{BEGIN, KEYS, MERCHANT, Stage, is_signed_by, paid, said};
use crate::Pace;
use crate::adyen::webhook::{Format, HmacKey, Webhook};
use crate::banked::webhook as banked;
use crate::book::{Content, Draft, State};
use crate::sender;

/// Payments made before or while an endpoint is down.
const PAYMENTS: usize = 150;
/// Tries of the first notification that span three days: the whole ladder, and then every eight hours.
const TRIES_OF_THREE_DAYS: usize = 12 + 8;

fn expected(orders: std::ops::Range<usize>) -> Vec<String> {
    orders.flat_map(|order| [format!("AUTHORISATION order-{order}"), format!("CAPTURE order-{order}")]).collect()
}

#[test]
fn after_three_days_down_everything_arrives_in_the_order_it_was_said() {
    let receiver = Receiver::start(None);
    let down = Arc::new(AtomicUsize::new(TRIES_OF_THREE_DAYS));
    receiver.behave(move |_| {
        let more = down.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        Behaviour::Answer(if more.is_ok() { 503 } else { 200 })
    });
    let mut stage = Stage::new(Pace::Leaping);
    let webhook = stage.webhook(&receiver, |_| ());
    (0..PAYMENTS).for_each(|order| stage.tell(&paid(order)));
    stage.run();
    stage.wait_until("it is seen to fail", || {
        receiver.count() < 5
            || stage.act(|act| act.find::<Webhook>(&webhook.id)).is_some_and(|webhook| webhook.has_error)
    });
    stage.wait_until_all_is_sent();

    let arrived: Vec<_> = receiver.deliveries().iter().skip(TRIES_OF_THREE_DAYS).map(said).collect();
    assert_eq!(arrived, expected(0..PAYMENTS));
    assert!(receiver.deliveries()[..TRIES_OF_THREE_DAYS].iter().all(|delivery| said(delivery) == arrived[0]));
    assert!(receiver.deliveries().iter().all(|delivery| is_signed_by(delivery, KEYS[0])));
    let first = &stage.messages()[0];
    let tries = stage.act(|act| act.attempts(first.id));
    let micros = tries.last().map_or(0, |last| last.at) - first.queued.as_micros();
    let days = Duration::from_micros(u64::try_from(micros).expect("later")).as_secs_f64() / 86_400.0;
    assert!((3.0..3.4).contains(&days), "down for {days} days");
    let webhook = stage.act(|act| act.find::<Webhook>(&webhook.id)).expect("the webhook");
    assert!(!webhook.has_error, "it works again");
}

#[test]
fn a_sandbox_that_is_killed_again_and_again_loses_nothing_and_keeps_the_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sandbox.db");
    let receiver = Receiver::start(None);
    receiver.behave(|_| Behaviour::AnswerLate(200, Duration::from_millis(2)));
    let mut stage = Stage::on(Some(&file), Pace::Scaled(1.0));
    stage.webhook(&receiver, |_| ());
    (0..PAYMENTS).for_each(|order| stage.tell(&paid(order)));
    let mut kills = 0;
    while receiver.count() < PAYMENTS {
        stage.run();
        let before = receiver.count();
        assert!(receiver.wait_until(Duration::from_secs(30), |list| list.len() > before + 20), "it goes on");
        stage.kill();
        kills += 1;
        stage = Stage::on(Some(&file), Pace::Scaled(1.0));
    }
    stage.run();
    stage.wait_until_all_is_sent();
    // What was under way in a kill comes twice, and nothing else does.
    let mut arrived: Vec<_> = receiver.deliveries().iter().map(said).collect();
    let all = arrived.len();
    arrived.dedup();
    assert_eq!(arrived, expected(0..PAYMENTS));
    assert!(kills >= 5 && all <= 2 * PAYMENTS + kills, "{kills} kills, {all} arrived");
}

#[test]
fn one_that_is_refused_holds_up_all_behind_it_until_a_person_ignores_it() {
    let receiver = Receiver::start(None);
    receiver.behave(|delivery| Behaviour::Answer(if said(delivery).ends_with("order-0") { 401 } else { 202 }));
    let mut stage = Stage::new(Pace::Scaled(1.0));
    let webhook = stage.webhook(&receiver, |_| ());
    (0..3).for_each(|order| stage.tell(&paid(order)));
    stage.run();
    assert!(receiver.wait_until(Duration::from_secs(10), |list| !list.is_empty()), "the first is tried");
    stage.wait_until("the first was refused", || stage.messages()[0].tries == 1);

    let [poison, capture] = [0, 1].map(|place| stage.messages()[place].id);
    stage.act(|act| sender::retry(act, poison)).expect("it is there");
    stage.wait_until("it is sent again at once", || stage.messages()[0].tries == 2);
    assert_eq!(stage.act(|act| sender::retry_all(act, &webhook.id)), 6, "all of them wait");
    stage.wait_until("and again with all the others", || stage.messages()[0].tries == 3);
    assert!(receiver.deliveries().iter().all(|delivery| said(delivery) == "AUTHORISATION order-0"));

    // The one behind it first: it goes as soon as nothing holds it up.
    for id in [capture, poison] {
        let ignored = stage.act(|act| sender::ignore(act, id)).expect("it is there");
        assert_eq!(ignored.state, State::Ignored);
    }
    stage.wait_until_all_is_sent();
    let arrived: Vec<_> = receiver.deliveries().iter().skip(3).map(said).collect();
    assert_eq!(arrived, expected(1..3));
    assert_eq!(stage.act(|act| sender::ignore(act, 99)).map(|message| message.id), None);
}

#[test]
fn an_endpoint_that_is_down_holds_up_no_other() {
    let (down, up) = (Receiver::start(None), Receiver::start(None));
    down.behave(|_| Behaviour::Drop);
    let mut stage = Stage::new(Pace::Scaled(1.0));
    stage.webhook(&down, |webhook| webhook.id = "S2-00000000000A".to_owned());
    stage.webhook(&up, |webhook| webhook.id = "S2-00000000000B".to_owned());
    (0..20).for_each(|order| stage.tell(&paid(order)));
    stage.run();
    assert!(up.wait_until(Duration::from_secs(10), |list| list.len() == 40), "{} of 40", up.count());
    assert!(down.deliveries().iter().all(|delivery| said(delivery) == "AUTHORISATION order-0"));
}

#[test]
fn a_redirect_is_not_followed_and_a_webhook_that_is_deleted_is_sent_nothing_more() {
    let (receiver, elsewhere) = (Receiver::start(None), Receiver::start(None));
    receiver.behave(|_| Behaviour::Answer(307));
    let mut stage = Stage::new(Pace::Scaled(1.0));
    let webhook = stage.webhook(&receiver, |_| ());
    stage.tell(&paid(0));
    stage.run();
    stage.wait_until("the redirect was heard", || stage.messages()[0].tries == 1);
    assert_eq!((stage.messages()[0].state, elsewhere.count()), (State::Waiting, 0));
    stage.act(|act| act.remove::<Webhook>(&webhook.id));
    stage.act(|act| sender::retry_all(act, &webhook.id));
    stage.wait_until("nothing waits", || stage.messages().iter().all(|message| message.state == State::Ignored));
    assert_eq!(receiver.count(), 1);
}

#[test]
fn an_endpoint_that_hangs_is_given_ten_seconds() {
    let receiver = Receiver::start(None);
    receiver.behave(|_| Behaviour::Hang);
    let mut stage = Stage::new(Pace::Scaled(1.0));
    stage.webhook(&receiver, |_| ());
    stage.tell(&paid(0)[..1]);
    stage.run();
    stage.wait_until("it was given up", || stage.messages()[0].tries == 1);
    let id = stage.messages()[0].id;
    let attempt = stage.act(|act| act.attempts(id)).remove(0);
    assert!((9_900_000..11_000_000).contains(&attempt.took), "{} µs: {}", attempt.took, attempt.answer);
    assert_eq!((attempt.status, attempt.answer.contains("timed out")), (None, true), "{}", attempt.answer);
}

#[test]
fn a_new_key_signs_from_its_moment_on_also_what_was_queued_before() {
    let receiver = Receiver::start(None);
    let is_down = Arc::new(AtomicBool::new(true));
    let down = Arc::clone(&is_down);
    receiver.behave(move |_| Behaviour::Answer(if down.load(Ordering::Relaxed) { 500 } else { 200 }));
    let mut stage = Stage::new(Pace::Scaled(1.0));
    let second = BEGIN.plus(Duration::from_secs(900));
    stage.webhook(&receiver, |webhook| {
        webhook.keys.push(HmacKey { hex: KEYS[1].to_owned(), from: second.as_micros() });
    });
    stage.tell(&paid(0)[..1]);
    stage.run();
    assert!(receiver.wait_until(Duration::from_secs(10), |list| list.len() == 1), "it is tried");
    stage.wait_until("it was refused", || stage.messages()[0].tries == 1);
    is_down.store(false, Ordering::Relaxed);
    stage.world.time.go_to(second);
    stage.world.bell.notify_one();
    stage.wait_until_all_is_sent();
    let signed = |key| receiver.deliveries().iter().map(|delivery| is_signed_by(delivery, key)).collect::<Vec<_>>();
    assert_eq!((signed(KEYS[0]), signed(KEYS[1])), (vec![true, false], vec![false, true]));
}

#[test]
fn every_format_is_signed_in_its_own_way_with_password_and_soap_action() {
    for (format, media) in [
        (Format::Json, "application/json"),
        (Format::Http, "application/x-www-form-urlencoded"),
        (Format::Soap, "text/xml; charset=utf-8"),
    ] {
        let receiver = Receiver::start(None);
        let mut stage = Stage::new(Pace::Scaled(1.0));
        stage.webhook(&receiver, |webhook| {
            webhook.communication_format = format;
            webhook.populate_soap_action_header = true;
            webhook.username = Some("user".to_owned());
            webhook.password = Some("pass:word".to_owned());
        });
        stage.tell(&paid(0));
        stage.run();
        stage.wait_until_all_is_sent();
        for delivery in receiver.deliveries() {
            assert!(is_signed_by(&delivery, KEYS[0]) && !is_signed_by(&delivery, KEYS[1]), "{format:?}");
            assert_eq!(delivery.header("content-type"), media);
            assert_eq!(delivery.header("authorization"), "Basic dXNlcjpwYXNzOndvcmQ=");
            let action = if format == Format::Soap { "\"sendNotification\"" } else { "" };
            assert_eq!(delivery.header("soapaction"), action);
        }
        assert_eq!(receiver.count(), 2);
    }
}

#[test]
fn other_families_are_signed_by_a_header() {
    let receiver = Receiver::start(None);
    let mut stage = Stage::new(Pace::Scaled(1.0));
    let webhook = stage.webhook(&receiver, |_| ());
    let body = format!(r#"{{"type":"recurring.token.created","data":{{"merchantAccount":"{MERCHANT}"}}}}"#);
    stage.act(|act| {
        act.post(&Draft {
            endpoint: webhook.id.clone(),
            lane: webhook.id.clone(),
            provider: "adyen".to_owned(),
            event: "recurring.token.created".to_owned(),
            subject: "order-0".to_owned(),
            content: Content { media: "application/json".to_owned(), body, fault: None },
            due: act.now,
        })
    });
    stage.run();
    stage.wait_until_all_is_sent();
    let delivery = receiver.deliveries().remove(0);
    assert_eq!((delivery.header("protocol"), delivery.header("hmacsignature").len()), ("HmacSHA256", 44));
    assert!(is_signed_by(&delivery, KEYS[0]) && !is_signed_by(&delivery, KEYS[1]));
}

#[test]
fn banked_holds_up_nothing_behind_a_notification_that_is_refused() {
    let receiver = Receiver::start(None);
    receiver.behave(|delivery| Behaviour::Answer(if delivery.json()["id"] == "session-0" { 400 } else { 200 }));
    let mut stage = Stage::new(Pace::Scaled(1.0));
    let webhook: banked::Webhook = serde_json::from_value(serde_json::json!({
        "id": "webhook", "target_url": receiver.url(), "signature_key": "a key", "events": ["payment_sent"],
        "created_at": "2026-11-28 10:00:00 UTC",
    }))
    .expect("a webhook");
    stage.act(|act| act.keep(&webhook));
    stage.act(|act| {
        (0..5).try_for_each(|number| {
            let id = format!("session-{number}");
            act.post(&Draft {
                endpoint: webhook.id.clone(),
                lane: format!("{} {id}", webhook.id),
                provider: "banked".to_owned(),
                event: "payment_sent".to_owned(),
                subject: id.clone(),
                content: Content {
                    media: "application/json".to_owned(),
                    body: format!(r#"{{"id":"{id}"}}"#),
                    fault: None,
                },
                due: act.now,
            })
            .map(|_| ())
        })
    });
    stage.run();
    assert!(receiver.wait_until(Duration::from_secs(10), |list| list.len() == 5), "{} of 5", receiver.count());
    let ids: BTreeSet<_> = receiver.deliveries().iter().map(|delivery| delivery.json()["id"].to_string()).collect();
    assert_eq!(ids.len(), 5);
    let accepted = || stage.messages().iter().filter(|message| message.state == State::Accepted).count();
    stage.wait_until("four are accepted", || accepted() == 4);
    assert_eq!(stage.messages()[0].state, State::Waiting);
}
